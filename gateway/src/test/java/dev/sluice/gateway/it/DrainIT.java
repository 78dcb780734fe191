package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A gateway that stops finishes what it has begun and begins nothing more. */
class DrainIT {

    private static final int IN_FLIGHT = 12;
    private static final int STEPS = 4_000;
    private static final String SUMS = "/v2/models/sums/infer";

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
    void answersEverythingThatIsInFlightAndClosesThePortAndWhatIsIdle() throws IOException {
        RunningGateway gateway = start();
        try (RawConnection idle = new RawConnection(gateway.port());
                RawConnection fresh = new RawConnection(gateway.port());
                RawConnection sending = new RawConnection(gateway.port())) {
            idle.post(SUMS, Requests.sums(1, 2));
            assertEquals(200, idle.answer().status());
            byte[] body = Requests.sums(3, 4).getBytes(StandardCharsets.UTF_8);
            sending.send("POST " + SUMS + " HTTP/1.1\r\nhost: test\r\nexpect: 100-continue\r\ncontent-length: "
                    + body.length + "\r\n\r\n");
            assertEquals(100, sending.answer().status()); // its head has been read
            List<CompletableFuture<Answer>> sent = occupy(gateway);
            Future<Void> stopped = gateway.stop();
            assertTrue(idle.isClosedByServer());
            assertTrue(fresh.isClosedByServer());
            assertThrows(IOException.class, () -> new RawConnection(gateway.port()));
            for (int i = 0; i < IN_FLIGHT; i++) {
                Answer answer = Waiting.await(sent.get(i));
                assertEquals((float) i, answer.data().getFloat(0));
            }
            assertFalse(stopped.isComplete());
            Answer late = sending.send(body).answer();
            assertEquals(7, late.data().getInteger(0));
            assertEquals("close", late.header("connection"));
            assertTrue(sending.isClosedByServer());
            Waiting.await(stopped);
        }
    }

    @Test
    void servesOnWhileBalancersTakeNotice() throws IOException {
        RunningGateway gateway = start("admission.drain_delay=1h");
        Future<Void> stopped = gateway.stop();
        try (RawConnection probe = new RawConnection(gateway.port());
                RawConnection client = new RawConnection(gateway.port())) {
            probe.send("GET /v2/health/ready HTTP/1.1\r\nhost: test\r\n\r\n");
            Answer notReady = probe.answer();
            assertEquals(503, notReady.status());
            assertEquals("close", notReady.header("connection"));
            assertTrue(probe.isClosedByServer());
            client.post(SUMS, Requests.sums(1, 2));
            Answer answer = client.answer();
            assertEquals(3, answer.data().getInteger(0));
            assertEquals("close", answer.header("connection"));
            assertTrue(client.isClosedByServer());
        }
        assertFalse(stopped.isComplete());
        Waiting.await(gateway.stop());
        Waiting.await(stopped);
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
    void tellsAClientThatIsStillSendingWhenItsPatienceEnds() throws IOException {
        RunningGateway gateway = start("admission.drain_timeout=100ms");
        try (RawConnection sending = new RawConnection(gateway.port())) {
            sending.send(
                    "POST " + SUMS + " HTTP/1.1\r\nhost: test\r\nexpect: 100-continue\r\ncontent-length: 100\r\n\r\n");
            assertEquals(100, sending.answer().status());
            sending.send("{\"in");
            Future<Void> stopped = gateway.stop();
            assertTrue(sending.answer().error(503).contains("shutting down"));
            assertTrue(sending.isClosedByServer());
            Waiting.await(stopped);
        }
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
