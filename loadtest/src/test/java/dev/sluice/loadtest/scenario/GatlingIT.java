package dev.sluice.loadtest.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gatling runs in this JVM, is told what to do, and judges by what was answered in time. */
final class GatlingIT {

    @TempDir
    private Path folder;

    private int run(String scenario, Consumer<HttpServerRequest> infer) throws InterruptedException {
        return run(scenario, new StubGateway(infer));
    }

    private int run(String scenario, StubGateway stub) throws InterruptedException {
        PrintStream nowhere = new PrintStream(PrintStream.nullOutputStream());
        try (StubGateway gateway = stub) {
            String[] words = {
                scenario,
                "--url",
                gateway.url(),
                "--model",
                "m",
                "--out",
                folder.toString(),
                "--warmup",
                "0.1",
                "--seconds",
                "1",
                "--capacity",
                "20",
                "--deadline",
                "20",
                "--connections",
                "8"
            };
            return LoadTest.run(words, nowhere, nowhere);
        }
    }

    private List<String> reports() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith("index.html"))
                    .map(GatlingIT::read)
                    .toList();
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatServesPassesAndHasAReportWithPictures() throws Exception {
        AtomicInteger bodies = new AtomicInteger();
        assertEquals(0, run("smoke", request -> {
            bodies.incrementAndGet();
            request.response().end("{}");
        }));
        assertTrue(bodies.get() >= 20, bodies + " requests"); // and those of the warm-up
        String report = reports().getFirst();
        assertTrue(report.contains("<svg") && report.contains("Answers"), "pictures");
        assertTrue(report.contains("in time"), "goodput");
        assertFalse(report.contains("highcharts"));
    }

    /** The stub takes four at a time. */
    @Test
    void streamsAreAskedInBurstsThatFitTheirWindow() throws Exception {
        assertEquals(0, run("streams", request -> request.response().end("{}")));
        assertTrue(reports().getFirst().contains("burst answered"));
    }

    @Test
    void anErrorOnAStreamFailsTheRun() throws Exception {
        Consumer<HttpServerRequest> warmUp = request -> request.response().end("{}");
        assertEquals(1, run("streams", new StubGateway(warmUp, "\"error\":{\"status\":500}")));
    }

    /** Who is refused comes back, and honest refusals are no failures; but they are no goodput either. */
    @Test
    void refusalsFailByGoodputAlone() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        assertEquals(1, run("retry-storm", request -> {
            asked.incrementAndGet();
            request.response().setStatusCode(503).putHeader("retry-after", "0").end();
        }));
        assertTrue(asked.get() >= 5 * 40, asked + " requests");
        assertTrue(reports().getFirst().contains("polite"));
    }
}
