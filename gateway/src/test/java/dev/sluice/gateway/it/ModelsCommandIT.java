package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.command.ModelsCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./sluice models} against a running gateway. */
class ModelsCommandIT {

    private static final Path MODEL = Places.TEST_MODELS.resolve("sums/1/model.onnx");

    @TempDir
    private static Path root;

    @TempDir
    private static Path registry;

    private static RunningGateway gateway;

    /** What a command left behind. */
    private record Said(int status, String out, String err) {}

    @BeforeAll
    static void start() {
        new Repository(root).with("sums", "1", MODEL).with("sums", "2", MODEL).broken("sums", "3", "no model");
        new Repository(root).config("sums", "versions: [1]\n");
        gateway = RunningGateway.start(
                root, "admin.port=-1", "worker.warm_up_budget=0s", "registry.directory=" + registry);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Said models(String... words) throws InterruptedException {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--url", "http://127.0.0.1:" + gateway.adminPort() + "/"));
        return run(all);
    }

    private static Said run(List<String> words) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int status = ModelsCommand.run(
                words,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Said(status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static void assertDone(String pattern, Said said) {
        assertEquals(0, said.status, said.err);
        assertEquals("", said.err);
        assertTrue(said.out.lines().anyMatch(line -> line.matches(pattern)), said.out);
    }

    @Test
    void listsWhatThereIs() throws InterruptedException {
        assertDone("MODEL +VERSION +STATE +CIRCUIT +LABELS +TRAFFIC +TOLD +REASON", models());
        assertDone("sums +1 +ready +closed", models("list"));
        assertDone("sums +1 +ready +closed", models("list", "sums"));
    }

    @Test
    void eachActionShowsTheModelAsItIsThen() throws InterruptedException {
        assertDone("sums +2 +ready +closed +serve 1, 2", models("serve", "sums", "1,2"));
        assertDone("sums +2 +ready +closed +new +serve 1, 2", models("label", "sums", "new", "2"));
        assertDone("sums +2 +ready +closed +serve 1, 2", models("label", "sums", "new", "none"));
        assertDone("sums +2 +unloaded +closed +serve 1 +versions to be served: 1, .+", models("rollback", "sums"));
        assertDone(
                "sums +1 +unloaded +closed +unload; serve 1 +an operator has unloaded the model",
                models("unload", "sums"));
        assertDone("sums +1 +ready +closed +load; serve 1", models("load", "sums"));
        assertDone("sums +1 +ready +closed +load", models("serve", "sums", "default"));
        assertDone("sums +1 +ready +closed +load; instances 3", models("instances", "sums", "3"));
        assertDone("sums +1 +ready +closed +load", models("instances", "sums", "default"));
        assertDone("sums +1 +ready +closed", models("reset", "sums"));
        assertDone("TIME +WHO +CHANGE +MODEL +DETAIL +OUTCOME", models("history"));
        assertDone("\\S+ +127.0.0.1 +label +sums +new 2 +done", models("history", "sums"));
    }

    @Test
    void aVersionIsTriedAndTakesOver() throws InterruptedException {
        assertDone(
                "sums +2 +ready +closed +candidate 10 % +traffic candidate=2 weight=10 guard.errors=2",
                models("traffic", "sums", "candidate=2", "weight=10", "guard.errors=2"));
        assertDone("sums +1 +ready +closed +stable +traffic candidate=2 weight=10 guard.errors=2", models());
        assertDone("sums +2 +unloaded +closed +rejected +traffic .*", models("rollback", "sums"));
        assertDone(
                "sums +2 +ready +closed +candidate 2.5 % +traffic candidate=2 weight=2.5",
                models("traffic", "sums", "candidate=2", "weight=2.5"));
        assertDone(
                "sums +2 +ready +closed +stable +serve 2; traffic candidate=2 weight=2.5", models("promote", "sums"));
        Said nobody = models("promote", "sums");
        assertEquals(1, nobody.status);
        assertTrue(nobody.err.contains("no version on trial"), nobody.err);
        Said unknown = models("traffic", "sums", "candidate=2", "guard.mistakes=2");
        assertEquals(1, unknown.status);
        assertTrue(unknown.err.contains("guard.mistakes"), unknown.err);
        assertDone("sums +2 +ready +closed +serve 2", models("traffic", "sums", "default"));
        assertDone("sums +1 +ready +closed", models("serve", "sums", "default"));
    }

    @Test
    void driftIsShownAndABaselineNeedsAnswers() throws InterruptedException {
        assertDone("VERSION +OUTPUT +OF +SAMPLES +PSI +KS +NOT FINITE +COMPARED WITH +MEANS", models("drift", "sums"));
        Said tooFew = models("baseline", "sums", "1");
        assertEquals(1, tooFew.status);
        assertTrue(tooFew.err.contains("min_samples"), tooFew.err);
        assertEquals(1, models("baseline", "sums").status);
        assertEquals(2, models("baseline", "sums", "one").status);
        assertEquals(2, models("drift").status);
    }

    @Test
    void aVersionThatIsNotThereIsTriedOnlyIfItIsToCome() throws InterruptedException {
        Said missing = models("traffic", "sums", "candidate=7", "weight=10");
        assertEquals(1, missing.status);
        assertTrue(missing.err.contains("404") && missing.err.contains("has no version 7"), missing.err);
        assertTrue(missing.err.contains("[1, 2, 3]"), missing.err);
        assertDone("sums +1 +ready +closed", models());
        assertDone(
                "sums +1 +ready +closed +stable +traffic candidate=7",
                models("traffic", "sums", "candidate=7", "to_come"));
        assertDone("sums +1 +ready +closed", models("reset", "sums"));
    }

    @Test
    void aRefusalIsStatusOne() throws InterruptedException {
        Said unknown = models("load", "no body");
        assertEquals(1, unknown.status);
        assertEquals("", unknown.out);
        assertTrue(unknown.err.contains("no body") && unknown.err.contains("404"), unknown.err);
        Said broken = models("serve", "sums", "3");
        assertEquals(1, broken.status);
        assertTrue(broken.err.contains("sums/3"), broken.err);
        assertDone("sums +1 +ready +closed", models("serve", "sums", "default"));
    }

    @Test
    void aWrongQuestionIsStatusTwo() throws InterruptedException {
        assertEquals(2, models("lode", "sums").status);
        assertEquals(2, models("load").status);
        assertEquals(2, models("serve", "sums").status);
        assertEquals(2, models("label", "sums", "a", "b").status);
        assertEquals(2, models("traffic", "sums").status);
        assertEquals(2, models("traffic", "sums", "weight").status);
        Said partly = models("traffic", "sums", "weight=50");
        assertEquals(2, partly.status);
        assertTrue(partly.err.contains("candidate="), partly.err);
        assertEquals(2, models("load", "sums", "1").status);
        assertEquals(2, models("history", "sums", "1").status);
        assertEquals(2, models("--port", "1").status);
        Said nobody = run(List.of("--url", "http://127.0.0.1:1"));
        assertEquals(2, nobody.status);
        assertTrue(nobody.err.contains("admin.port"), nobody.err);
        assertEquals(2, run(List.of("--url", "no url")).status);
    }
}
