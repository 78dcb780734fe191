package dev.sluice.loadtest.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.loadtest.wire.PictureCall;
import dev.sluice.loadtest.wire.PictureCalls;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command as its user sees it. Deadlines are so long, and connections so many, that no machine is too slow. */
final class LoadTestIT {

    private static final Consumer<HttpServerRequest> SERVES =
            request -> request.response().end("{}");
    private static final Consumer<HttpServerRequest> REFUSES = request ->
            request.response().setStatusCode(503).putHeader("retry-after", "0").end();
    private static final Consumer<HttpServerRequest> FAILS =
            request -> request.response().setStatusCode(500).end();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private int run(String... words) throws InterruptedException {
        return LoadTest.run(
                words,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private int scenario(StubGateway gateway, String name, String... more) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of(
                name,
                "--url",
                gateway.url(),
                "--model",
                "m",
                "--out",
                folder.toString(),
                "--warmup",
                "0.1",
                "--seconds",
                "0.5",
                "--capacity",
                "100",
                "--deadline",
                "60",
                "--connections",
                "1200"));
        words.addAll(List.of(more));
        return run(words.toArray(String[]::new));
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private List<Path> recorded(String name) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith(name)).toList();
        }
    }

    @Test
    void theLaunchersHelpNamesEveryScenarioAndEveryOptionWithItsDefault() throws IOException {
        String launcher = Files.readString(Path.of("../sluice"));
        String help = launcher.substring(launcher.indexOf("help_loadtest"), launcher.indexOf("run_loadtest"));
        for (Scenario scenario : Scenario.all()) {
            assertTrue(help.contains("\n  " + scenario.label() + " "), scenario.label());
        }
        Settings.DEFAULTS.forEach((option, value) -> assertTrue(
                help.lines()
                        .anyMatch(line -> line.startsWith("  --" + option + " ") && line.endsWith("[" + value + "]")),
                option));
        assertEquals(
                Scenario.all().size() + Settings.DEFAULTS.size(),
                help.lines()
                        .filter(line -> line.matches(" {2}(--)?[a-z-]+ {2,}[^ ].*"))
                        .count());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "|which scenario",
                "smokes|there is no scenario smokes; there are smoke, steady,",
                "open --ratio 3|unknown option --ratio",
                "open --rate|--rate needs a value",
                "open --rate fast|--rate takes a number from 0.0 to 1000000.0, not fast",
                "open --seconds 0|--seconds takes seconds",
                "open --arrivals now|no arrivals now; there are poisson",
                "open --url http://192.0.2.1:8080|add --i-own 192.0.2.1",
                "plot|plot takes one folder",
                "plot .|nothing to draw"
            })
    void mistakesAreSaidInOneLine(@Nullable String words, String expected) throws InterruptedException {
        assertEquals(2, run(words == null ? new String[0] : words.split(" ")));
        assertTrue(err.toString(StandardCharsets.UTF_8).startsWith("loadtest: "), err.toString(StandardCharsets.UTF_8));
        assertTrue(err.toString(StandardCharsets.UTF_8).contains(expected), err.toString(StandardCharsets.UTF_8));
    }

    @Test
    void aServerThatIsNotThereOrHasNoSuchModelIsNamed() throws InterruptedException {
        String url;
        try (StubGateway gateway = new StubGateway(SERVES)) {
            url = gateway.url();
            assertEquals(2, scenario(gateway, "open", "--model", "digits"));
            assertEquals(2, scenario(gateway, "open", "--model", "strange"));
            assertEquals(2, scenario(gateway, "open", "--payload", "nowhere.json"));
        }
        assertEquals(2, run("open", "--url", url));
        String said = err.toString(StandardCharsets.UTF_8);
        assertTrue(said.contains(url + " does not serve digits: {\"error\":\"nothing here\"}"), said);
        assertTrue(said.contains(url + " does not speak the Open Inference Protocol: {\"welcome\":1}"), said);
        assertTrue(said.contains("there is no file nowhere.json"), said);
        assertTrue(said.contains("nothing answers at " + url), said);
    }

    @Test
    void theCapacityIsWhatWaitingClientsGet() throws InterruptedException {
        try (StubGateway gateway = new StubGateway(SERVES)) {
            assertEquals(0, scenario(gateway, "capacity", "--capacity", "0", "--seconds", "0.2"));
            assertTrue(said().matches("(?s)capacity: [1-9][0-9,.]*/s with 128 clients.*"), said());
            assertTrue(gateway.predictions() > 128);
        }
    }

    @Test
    void aServerThatServesPassesAndLeavesItsTimeLine() throws Exception {
        try (StubGateway gateway = new StubGateway(SERVES)) {
            assertEquals(0, scenario(gateway, "open", "--rate", "80", "--payload", "binary"), said());
        }
        assertTrue(said().endsWith("open: PASSED" + System.lineSeparator()), said());
        List<String> summary = Files.readAllLines(recorded("summary.csv").getFirst());
        assertEquals(2, summary.size());
        assertTrue(Files.readString(recorded("timeline.svg").getFirst()).contains("open in time"));
        Path picture = recorded("timeline.svg").getFirst();
        Path where = picture.resolveSibling("");
        Files.delete(picture);
        assertEquals(0, run("plot", where.toString()));
        assertEquals(1, recorded("timeline.svg").size());
    }

    @Test
    void theCurveHasAPointForEachRate() throws Exception {
        try (StubGateway gateway = new StubGateway(SERVES)) {
            assertEquals(0, scenario(gateway, "curve", "--seconds", "0.2", "--times", "0.5,2,0.8"), said());
        }
        List<String> curve = Files.readAllLines(recorded("curve.csv").getFirst());
        assertEquals(4, curve.size());
        assertTrue(curve.getFirst().startsWith("offered,achievable,goodput,in_time,"), curve.getFirst());
        assertEquals(1, recorded("curve.svg").size());
    }

    @Test
    void refusalsCostGoodputAndRetriesAreCounted() throws Exception {
        try (StubGateway gateway = new StubGateway(REFUSES)) {
            assertEquals(1, scenario(gateway, "retries"), said());
            assertTrue(said().contains("5.00 requests were sent for each that was meant"), said());
            assertTrue(said().contains("FAILED   0.0/s in time"), said());
            assertTrue(said().contains("at the end 0.0 % of what was meant was in time"), said());
            assertEquals(1, scenario(gateway, "retries", "--goodput", "0"), "nothing has recovered");
        }
    }

    @Test
    void whoShedsAfterTheStepBackHasNotFollowed() throws Exception {
        try (StubGateway gateway = new StubGateway(REFUSES)) {
            assertEquals(1, scenario(gateway, "step", "--goodput", "0", "--seconds", "4"), said());
        }
        assertTrue(said().matches("(?s).*[1-9][0-9]* refused a second or later after the step back.*"), said());
    }

    @Test
    void criticalRequestsAreJudgedByThemselves() throws Exception {
        try (StubGateway gateway = new StubGateway(SERVES)) {
            assertEquals(0, scenario(gateway, "critical"), said());
            assertTrue(said().contains("critical was answered in time in 100.00 %"), said());
        }
        try (StubGateway gateway = new StubGateway(REFUSES)) {
            assertEquals(1, scenario(gateway, "critical"), said());
        }
    }

    @Test
    void aTenantIsJudgedByItself() throws Exception {
        try (StubGateway gateway = new StubGateway(
                request -> ("quiet".equals(request.getHeader("x-client-id")) ? SERVES : REFUSES).accept(request))) {
            assertEquals(0, scenario(gateway, "tenants", "--rate", "20"), said());
            assertTrue(said().contains("answered in time in 100.00 %"), said());
            assertEquals(1, scenario(gateway, "tenants", "--rate", "20", "--client-header", "x-other"), said());
        }
    }

    @ParameterizedTest
    @CsvSource({"websocket, json", "websocket, binary", "grpc, json"})
    void theOtherProtocolsRunTheSameScenarios(String protocol, String payload) throws Exception {
        try (StubGateway gateway = new StubGateway(FAILS)) {
            assertEquals(
                    0,
                    scenario(gateway, "open", "--protocol", protocol, "--payload", payload, "--connections", "300"),
                    said());
            assertEquals(2, scenario(gateway, "smoke", "--protocol", protocol));
        }
    }

    @Test
    void protocolsAreComparedByTheServersCpuTime() throws Exception {
        try (StubGateway gateway = new StubGateway(SERVES)) {
            int status = scenario(gateway, "protocols", "--connections", "4", "--seconds", "0.05");
            assertTrue(status == 0 || status == 1, said()); // which is faster does not matter here
            for (String way : List.of(
                    "HTTP/1.1 JSON", "HTTP/1.1 binary", "WebSocket JSON", "gRPC raw", "WebSocket JSON, 8 at a time")) {
                assertTrue(said().contains("| " + way + " | "), way);
            }
            assertTrue(
                    said().contains("WebSocket JSON, 8 at a time : HTTP/1.1 JSON, requests per CPU-second: "), said());
            assertTrue(said().contains(" | 8.0 |"), "rows in a batch");
        }
        try (StubGateway gateway = new StubGateway(FAILS)) {
            assertEquals(3, scenario(gateway, "protocols", "--connections", "4", "--seconds", "0.05"), said());
        }
    }

    @Test
    void idleStreamsAreWeighed() throws Exception {
        String pid = Long.toString(ProcessHandle.current().pid());
        try (StubGateway gateway = new StubGateway(SERVES)) {
            assertEquals(2, scenario(gateway, "idle-streams", "--connections", "20"), "whose memory?");
            gateway.streamBytes(12 * 1024);
            assertEquals(0, scenario(gateway, "idle-streams", "--connections", "20", "--pid", pid), said());
            assertTrue(said().contains("20 idle WebSockets: 12.0 KiB each in use"), said());
            gateway.streamBytes(13 * 1024);
            assertEquals(1, scenario(gateway, "idle-streams", "--connections", "20", "--pid", pid), said());
        }
    }

    @Test
    void memoryIsLookedAtInOverloadAndAfterIt() throws Exception {
        try (StubGateway gateway = new StubGateway(FAILS)) {
            String pid = Long.toString(ProcessHandle.current().pid());
            assertEquals(1, scenario(gateway, "memory", "--pid", pid, "--seconds", "0.2"), "no failure is overlooked");
        }
        assertTrue(said().contains("MiB at 0.8 times the capacity, "), said());
        String inUse =
                "in use after a collection: 0.0 MiB before any overload, 0.0 MiB after one, 0.0 MiB after another";
        assertTrue(said().contains(inUse), said());
    }

    @Test
    void aSlowReaderSitsBesideEveryRunAndReadsInEachSecond() throws Exception {
        try (StubGateway gateway = new StubGateway(SERVES)) {
            assertEquals(3, scenario(gateway, "slow-reader", "--connections", "60", "--seconds", "0.1"), said());
            assertTrue(said().contains("the kernel kept all that was left"), said());
            out.reset();
            gateway.unsentBytes(1000);
            int status = scenario(gateway, "slow-reader", "--connections", "60", "--seconds", "0.1");
            assertTrue(status == 0 || status == 1, said());
        }
        assertEquals(10, said().lines().filter(line -> line.startsWith("fast")).count(), said());
        assertTrue(said().contains("p99 of 60 streams: "), said());
        assertTrue(said().contains("answers that it left untaken: at most 1,000 bytes"), said());
    }

    /** The longest turn of late is the same at both looks, whatever was in between. */
    @ParameterizedTest
    @CsvSource({"3, 3, 0", "3, 4, 1"})
    void picturesMustNotHoldUpALoop(int before, int then, int status) throws Exception {
        Map<String, String> labels = new HashMap<>();
        List<PictureCall> pictures = PictureCalls.of(0.05);
        pictures.forEach(picture -> labels.put(Integer.toString(picture.body().length()), picture.label()));
        assertEquals(pictures.size(), labels.size(), "told apart by their length");
        try (StubGateway gateway = new StubGateway(FAILS)) {
            gateway.longTurns(look -> look <= 1 ? before : then);
            gateway.pictures(request ->
                    request.response().end("{\"label\":\"" + labels.get(request.getHeader("content-length")) + "\"}"));
            assertEquals(status, pictures(gateway), said());
        }
        assertTrue(said().contains("another or none, 0 requests without"), said());
        assertTrue(said().contains((then - before) + " turns of event loops took 5 ms or longer"), said());
    }

    @Test
    void aPictureWithoutItsLabelIsAFailure() throws Exception {
        try (StubGateway gateway = new StubGateway(FAILS)) {
            gateway.pictures(request -> request.response().end("{\"label\":\"7\"}"));
            assertEquals(2, pictures(gateway), "the server must count its long turns");
            gateway.longTurns(look -> 0);
            assertEquals(1, pictures(gateway), said());
            assertTrue(said().matches("(?s).*FAILED +[1-9][0-9,]* answers with the right label, [1-9].*"), said());
            gateway.pictures(FAILS);
            assertEquals(1, pictures(gateway), said());
            assertTrue(said().matches("(?s).*0 answers with the right label, 0 with another or none, [1-9].*"), said());
        }
    }

    private int pictures(StubGateway gateway) throws InterruptedException {
        return scenario(gateway, "pictures", "--connections", "8", "--megapixels", "0.05");
    }

    @Test
    void failuresFailARunWhateverItsGoodput() throws Exception {
        try (StubGateway gateway = new StubGateway(FAILS)) {
            assertEquals(1, scenario(gateway, "open", "--goodput", "0"), said());
        }
        assertTrue(said().contains("ended neither with an answer nor with a proper refusal"), said());
    }

    @Test
    void aGeneratorThatCannotKeepItsPlanProvesNothing() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (StubGateway gateway = new StubGateway(request -> vertx.setTimer(50, passed -> SERVES.accept(request)))) {
            assertEquals(3, scenario(gateway, "open", "--connections", "1"), said());
        }
        vertx.close().await();
        assertTrue(said().contains("found no free connection"), said());
    }

    @Test
    void theSearchSaysWhatItFound() throws Exception {
        try (StubGateway gateway = new StubGateway(REFUSES)) {
            assertEquals(2, scenario(gateway, "server"));
            assertTrue(err.toString(StandardCharsets.UTF_8).contains("550 requests to prove anything"));
            assertEquals(1, scenario(gateway, "server", "--rate", "600", "--seconds", "1"), said());
        }
        assertTrue(said().contains("(MLPerf-like, unverified): 0.0/s with 99 % within 60000.0 ms"), said());
    }
}
