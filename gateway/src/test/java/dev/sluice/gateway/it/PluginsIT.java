package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.plugin.Plugins;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Users' own transforms, of jars that are compiled here, and whatever may be wrong with them. */
class PluginsIT {

    @TempDir
    private static Path temporary;

    private static PluginJars jars;
    private static RunningGateway gateway;

    @BeforeAll
    static void start() throws IOException {
        jars = new PluginJars(temporary.resolve("plugins")).with("odd.jar", OddPlugins.INPUT, OddPlugins.OUTPUT);
        Path models = Files.createDirectory(temporary.resolve("models"));
        Path echo = Places.TEST_MODELS.resolve("echo/1/model.onnx");
        new Repository(models)
                .with("in", "1", echo)
                .config("in", "transform: {input: {kind: plugin, plugin: odd}}")
                .with("out", "1", echo)
                .config("out", "transform: {output: {kind: plugin, plugin: odd}}")
                .with("refused", "1", echo)
                .config("refused", "transform: {input: {kind: plugin, plugin: odd, options: {prepare: refuses}}}")
                .with("failed", "1", echo)
                .config("failed", "transform: {input: {kind: plugin, plugin: odd, options: [prepare=fails]}}")
                .with("unknown", "1", echo)
                .config("unknown", "transform: {output: {kind: plugin, plugin: java.lang.Object}}")
                .with("twice", "1", echo)
                .config("twice", "transform: {input: {kind: plugin, plugin: odd, options: [a=1, a=2]}}")
                .with("strange", "1", echo)
                .config("strange", "transform: {input: {kind: rows, plugin: odd}}");
        gateway = RunningGateway.start(
                models,
                "worker.plugins=" + jars.folder(),
                "worker.instances=1",
                "transform.threads=2",
                "admission.max_in_flight_bytes=4MiB",
                "compat.listeners=[\"mlflow: 0\", \"sagemaker: 0\"]",
                "http.default_model=in",
                "http.max_body_size=1MiB",
                "admin.port=-1",
                "registry.url=none");
    }

    @AfterAll
    static void stop() {
        System.setProperty("odd.go", "yes");
        gateway.awaitNothingInFlight();
        gateway.close();
        assertEquals("yes", System.getProperty("odd.closed"));
    }

    private static Answer ask(String word) {
        return gateway.post("/models/in/predict", word, "content-type", "text/plain");
    }

    @Test
    void whatItMakesGoesToTheModelAndTheModelAnswers() {
        assertEquals("{\"outputs\":{\"y\":[[0.0,0.0]]}}", ask("fine").body());
    }

    @Test
    void itIsToldWhatTheClientSaidAndMayRefuseIt() {
        Answer answer = gateway.post("/models/in/predict", "{\"data\": [[1]]}", "content-type", "application/json");
        assertEquals(400, answer.status(), answer.body());
        assertTrue(answer.body().contains("body: application/json true {\\\"data\\\": [[1]]}"), answer.body());
        assertTrue(ask("refused").body().contains("body: holds no such thing"));
        assertEquals("word: is not taken", ask("invalid").error(400));
    }

    @Test
    void whatAClientSendsWronglyIsNoFailureOfTheModel() {
        for (int i = 0; i < 40; i++) {
            assertEquals(400, ask("refused").status());
            assertEquals(500, ask("fails").status());
        }
        assertEquals(200, ask("fine").status(), "and its circuit is closed");
        assertEquals(0, gateway.metrics().value("sluice_batch_failures_total", "model=\"in\""));
    }

    /** It may lie in memory of the plug-in's own, which is not ours to use for other requests. */
    @Test
    void memoryThatItGivesIsNotUsedForOthers() {
        String sevens = "{\"outputs\":{\"y\":[[" + "7.0,".repeat(63) + "7.0]]}}";
        for (int i = 0; i < 20; i++) {
            assertEquals(sevens, ask("direct").body());
            assertEquals(200, gateway.infer("in", Requests.echo(i)).status());
        }
    }

    @Test
    void clientsOfMlflowAndSageMakerSendItWhatTheyLike() {
        for (int place = 0; place < 2; place++) {
            Answer json = invoke(place, "application/json", "{\"instances\": [[1]]}");
            assertEquals(400, json.status(), json.body());
            assertTrue(json.body().contains("application/json true {\\\"instances\\\": [[1]]}"), json.body());
            Answer csv = invoke(place, "text/csv", "1,2");
            assertEquals(400, csv.status(), csv.body());
            assertTrue(csv.body().contains("text/csv true 1,2"), csv.body());
        }
        assertEquals(
                "{\"predictions\":[[0.0,0.0]]}", invoke(0, "text/csv", "fine").body());
        assertEquals(
                "{\"outputs\":{\"y\":[[0.0,0.0]]}}",
                invoke(1, "text/csv", "fine").body());
    }

    /** What it answers need not have rows, or as many each. */
    @Test
    void clientsOfMlflowAreGivenWholeTensorsByAModelWithoutBatches(@TempDir Path models) throws Exception {
        new Repository(models)
                .with(
                        "uneven",
                        "1",
                        Places.ROOT.resolve("gateway/src/test/resources/compat/models/uneven/1/model.onnx"))
                .config("uneven", "transform: {input: {kind: plugin, plugin: odd}}");
        try (RunningGateway other = RunningGateway.start(
                models, "worker.plugins=" + jars.folder(), "worker.instances=1", "compat.listeners=[\"mlflow: 0\"]")) {
            HttpRequest request = other.request(other.profilePort(0), "/invocations")
                    .POST(BodyPublishers.ofString("three"))
                    .build();
            Answer answer = Waiting.await(other.send(request));
            assertEquals(
                    "200 {\"predictions\":{\"y\":[0.0,0.0,0.0],\"z\":[0.5,1.5]}}",
                    answer.status() + " " + answer.body());
        }
    }

    private static Answer invoke(int place, String type, String body) {
        HttpRequest request = gateway.request(gateway.profilePort(place), "/invocations")
                .header("content-type", type)
                .POST(BodyPublishers.ofString(body))
                .build();
        return Waiting.await(gateway.send(request));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "fails",
                "overflows",
                "nothing",
                "none",
                "name",
                "twice",
                "type",
                "rank",
                "open",
                "short",
                "norows",
                "other",
                "beyond"
            })
    void whateverElseIsWrongIsItsOwnMistakeAndNobodyElses(String word) {
        Answer answer = ask(word);
        isItsMistake(answer);
        assertTrue(!answer.body().contains("secret"), answer.body());
        assertEquals(200, ask("fine").status());
    }

    private static void isItsMistake(Answer answer) {
        String said = answer.error(500);
        assertTrue(said.startsWith("the plug-in odd failed; the server's log has the detail under id "), said);
    }

    @Test
    void itsTensorsAreCounted() {
        assertEquals(413, ask("large").status());
        gateway.awaitNothingInFlight();
    }

    @Test
    void whoeverNeverReturnsHoldsUpNoClient() {
        Answer late = gateway.post("/models/in/predict", "stuck", "sluice-timeout-ms", "300");
        assertEquals(504, late.status(), late.body());
        assertEquals(200, ask("fine").status()); // by the other thread
        System.setProperty("odd.go", "yes");
        gateway.awaitNothingInFlight();
    }

    @Test
    void whatItMakesIsTheAnswer() {
        assertEquals(
                "{\"a \\\"b\\\"\":[1,2,0.5,0.5,null,true,null,1E+3],\"empty\":[{},[],1,2,10]}",
                gateway.post("/models/out/predict", "{\"data\": [[0]]}").body());
        assertEquals(
                "null", gateway.post("/models/out/predict", "{\"data\": [[9]]}").body());
    }

    private static CompletableFuture<Answer> askOut(RunningGateway limited, int kind) {
        return limited.send(limited.request("/models/out/predict")
                .POST(BodyPublishers.ofString("{\"data\": [[" + kind + "]]}"))
                .build());
    }

    /** What is made of outputs is a part of its request still, on whatever thread. */
    @Test
    void aClientsPlaceIsItsOwnUntilItsAnswerIsGiven(@TempDir Path models) throws Exception {
        new Repository(models)
                .with("out", "1", Places.TEST_MODELS.resolve("echo/1/model.onnx"))
                .config("out", "transform: {output: {kind: plugin, plugin: odd}}");
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        System.getProperties().put("odd.begun", begun);
        System.getProperties().put("odd.go on", goOn);
        try (RunningGateway limited = RunningGateway.start(
                models,
                "worker.plugins=" + jars.folder(),
                "worker.instances=1",
                "limits.clients=[\"*: 1 concurrent\"]")) {
            CompletableFuture<Answer> first = askOut(limited, 6);
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            assertEquals(429, Waiting.await(askOut(limited, 9)).status());
            goOn.countDown();
            assertEquals("true", Waiting.await(first).body());
            assertEquals(200, Waiting.await(askOut(limited, 9)).status());
        } finally {
            goOn.countDown();
        }
    }

    @Test
    void whoeverSendsTensorsIsAnsweredWithTensors() {
        Answer answer = gateway.infer("out", Requests.echo(7));
        assertEquals(200, answer.status(), answer.body());
        assertTrue(answer.body().contains("\"data\":[7"), answer.body());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 8})
    void whatIsNoAnswerIsItsOwnMistake(int kind) {
        isItsMistake(gateway.post("/models/out/predict", "{\"data\": [[" + kind + "]]}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "refused | transform.input.plugin: does not like this model",
                "failed | the plug-in of odd.jar failed: java.lang.NoClassDefFoundError: odd/Absent",
                "unknown | transform.output.plugin: no jar has such a plug-in; there are [odd]",
                "twice | transform.input.options: are KEY=VALUE, each key once",
                "strange | transform.input.plugin: is for kind: plugin"
            })
    void aVersionFailsWithWhatIsWrong(String model, String reason) {
        Answer answer = gateway.admin("GET", "/admin/v1/models/" + model, "");
        assertTrue(answer.body().contains(reason), answer.body());
    }

    private static String problem(Path folder) {
        return String.valueOf(assertThrows(SettingsException.class, () -> Plugins.in(folder, Duration.ZERO))
                .getMessage());
    }

    @Test
    void aBrokenJarEndsTheStartAndIsNamed(@TempDir Path empty) throws IOException {
        Path folder = empty.resolve("jars");
        assertTrue(problem(folder).contains("cannot be read"));
        Files.createDirectories(folder);
        assertTrue(problem(folder).contains("has 0 files of the name *.jar"));
        Files.writeString(folder.resolve("text.jar"), "this is no jar");
        assertTrue(problem(folder).contains("text.jar is no jar that can be read"));
        Files.delete(folder.resolve("text.jar"));
        new PluginJars(folder).with("none.jar");
        assertTrue(problem(folder).contains("none.jar registers no plug-in"));
        new PluginJars(folder).lacking("none.jar", "absent.Class");
        assertTrue(problem(folder).contains("absent.Class not found"), problem(folder));
        new PluginJars(folder).with("none.jar", OddPlugins.INPUT).with("second.jar", OddPlugins.INPUT);
        assertTrue(problem(folder).contains("second.jar has an input plug-in of the name odd, as has "));
        AssertionError ended = assertThrows(
                AssertionError.class,
                () -> RunningGateway.start(temporary.resolve("models"), "worker.plugins=" + folder)
                        .close());
        assertTrue(String.valueOf(ended.getCause()).contains("second.jar"), ended.toString());
    }

    @Test
    void aJarSeesNothingButWhatIsPromised(@TempDir Path other) throws IOException {
        String nosy = OddPlugins.INPUT
                .replace("\"odd\"", "found()")
                .replace(
                        "private static Tensor",
                        "private static String found() { try {"
                                + " Class.forName(\"dev.sluice.worker.Worker\"); return \"bad\"; }"
                                + " catch (ClassNotFoundException none) { return \"good\"; } } private static Tensor");
        Path folder = other.resolve("jars");
        new PluginJars(folder).with("a.jar", nosy).with("b.jar", OddPlugins.INPUT.replace("\"odd\"", "\"good\""));
        assertTrue(problem(folder).contains("of the name good"));
    }
}
