package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A gateway that stops finishes what it has begun and begins nothing more. */
class DrainIT {

    private static final int IN_FLIGHT = 12;
    private static final int STEPS = 4_000;

    private static List<CompletableFuture<Answer>> occupy(RunningGateway gateway) {
        List<CompletableFuture<Answer>> sent = IntStream.range(0, IN_FLIGHT)
                .mapToObj(i -> gateway.inferLater("slow", Requests.slow(STEPS, i)))
                .toList();
        Waiting.until("all let in", () -> letIn(gateway.metrics()) >= IN_FLIGHT);
        return sent;
    }

    /** Those that are in flight and, on a machine that is slow enough, those that have been answered already. */
    private static double letIn(MetricsPage page) {
        return page.value("sluice_in_flight_requests") + page.value("sluice_requests_total", "model=\"slow\"");
    }

    private static RunningGateway start(String... more) {
        String[] settings = {"worker.instances=1", more.length > 0 ? more[0] : "admission.drain_timeout=50s"};
        return RunningGateway.start(Places.TEST_MODELS, settings);
    }

    @Test
    void answersEverythingThatIsInFlightAndRefusesWhatComesLater() throws IOException {
        RunningGateway gateway = start();
        try (RawConnection early = new RawConnection(gateway.port())) {
            early.post("/v2/models/sums/infer", Requests.sums(1, 2));
            assertEquals(200, early.answer().status());
            List<CompletableFuture<Answer>> sent = occupy(gateway);
            Future<Void> stopped = gateway.stop();
            early.post("/v2/models/sums/infer", Requests.sums(1, 2));
            Answer refusal = early.answer();
            assertTrue(refusal.error(503).contains("shutting down"), refusal.body());
            assertNotNull(refusal.header("retry-after"));
            early.send("GET /v2/health/ready HTTP/1.1\r\nhost: test\r\n\r\n");
            assertEquals(503, early.answer().status());
            early.send("GET /v2/health/live HTTP/1.1\r\nhost: test\r\n\r\n");
            assertEquals(200, early.answer().status());
            assertFalse(stopped.isComplete());
            for (int i = 0; i < IN_FLIGHT; i++) {
                assertEquals((float) i, Waiting.await(sent.get(i)).data().getFloat(0));
            }
            Waiting.await(stopped);
            assertTrue(early.isClosedByServer());
            assertThrows(IOException.class, () -> new RawConnection(gateway.port()));
        }
    }

    @Test
    void answersWhatIsStillQueuedWhenItsPatienceEnds() {
        RunningGateway gateway = start("admission.drain_timeout=100ms");
        List<CompletableFuture<Answer>> sent = occupy(gateway);
        Future<Void> stopped = gateway.stop();
        int refused = 0;
        for (CompletableFuture<Answer> each : sent) {
            Answer answer = Waiting.await(each);
            if (answer.status() != 200) {
                assertTrue(answer.error(503).contains("shutting down"), answer.body());
                refused++;
            }
        }
        assertTrue(refused > 0, "everything was waited for");
        Waiting.await(stopped);
    }

    @Test
    void needsNoPatienceToStop() {
        RunningGateway gateway = start("admission.drain_timeout=0s");
        assertEquals(200, gateway.get("/v2").status());
        Waiting.await(gateway.stop());
    }

    @Test
    void stopsAtOnceWhenThereIsNothingToDo() {
        RunningGateway gateway = start();
        assertEquals(200, gateway.get("/v2").status());
        Waiting.await(gateway.stop());
    }
}
