package dev.sluice.gateway.it;

import static dev.sluice.gateway.it.RawStream.CLOSE;
import static dev.sluice.gateway.it.RawStream.FINAL;
import static dev.sluice.gateway.it.RawStream.PING;
import static dev.sluice.gateway.it.RawStream.PONG;
import static dev.sluice.gateway.it.RawStream.TEXT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How WebSocket connections end when nobody does anything wrong, and when somebody does nothing at all. */
class StreamEndIT {

    private static final String SLOW = "/v2/models/slow/stream";
    private static final int GOING_AWAY = 1001;

    private static RunningGateway start(String... settings) {
        return RunningGateway.start(Places.TEST_MODELS, settings);
    }

    private static double inFlight(RunningGateway gateway) {
        return gateway.metrics().value("sluice_in_flight_requests");
    }

    @Test
    void answersWhatIsInFlightWhenTheServerDrainsAndSaysThatItGoes() {
        RunningGateway gateway = start("worker.instances=1", "admission.drain_timeout=50s");
        try (StreamClient busy = new StreamClient(gateway, SLOW);
                StreamClient idle = new StreamClient(gateway, SLOW)) {
            for (int i = 0; i < 5; i++) {
                busy.ask("r" + i, Requests.slow(4_000, i));
            }
            Waiting.until("all in flight", () -> inFlight(gateway) == 5);
            Future<Void> stopped = gateway.stop();
            assertEquals(GOING_AWAY, idle.end().code());
            for (int i = 0; i < 5; i++) {
                JsonObject answer = busy.text();
                assertEquals("r" + i, answer.getString("id"), answer::encode);
                assertTrue(answer.containsKey("outputs"), answer::encode);
            }
            StreamClient.End end = busy.end();
            assertEquals(GOING_AWAY, end.code());
            assertTrue(end.reason().contains("shutting down"), end.reason());
            Waiting.await(stopped);
        }
    }

    @Test
    void refusesWhatIsStillInFlightWhenItsPatienceEnds() {
        RunningGateway gateway = start("worker.instances=1", "admission.drain_timeout=100ms");
        try (StreamClient client = new StreamClient(gateway, SLOW)) {
            for (int i = 0; i < 12; i++) {
                client.ask("r" + i, Requests.slow(8_000, i));
            }
            Waiting.until("all in flight", () -> inFlight(gateway) == 12);
            Future<Void> stopped = gateway.stop();
            int refused = 0;
            for (int i = 0; i < 12; i++) {
                JsonObject error = client.text().getJsonObject("error");
                if (error != null) {
                    assertEquals(503, error.getInteger("status"), error::encode);
                    refused++;
                }
            }
            assertTrue(refused > 0, "everything was waited for");
            assertEquals(GOING_AWAY, client.end().code());
            Waiting.await(stopped);
        }
    }

    @Test
    void closesAConnectionWithoutRequestsButNotOneThatWaits(@TempDir Path models) {
        new Repository(models).with("echo").config("echo", "preferred_batch_sizes: [2]\nmax_queue_delay: 1h\n");
        try (RunningGateway gateway = RunningGateway.start(models, "websocket.idle_timeout=1s");
                StreamClient client = new StreamClient(gateway, "/v2/models/echo/stream")) {
            // waits for a second one nearly until its deadline, and so for longer than a connection may be idle
            String waits = "\"id\":\"long\",\"parameters\":{\"timeout\":3000000}";
            client.send(Requests.withMember(waits, Requests.echo(1.5f)));
            assertEquals("long", client.text().getString("id"));
            StreamClient.End end = client.end();
            assertEquals(1000, end.code());
            assertEquals("idle", end.reason());
        }
    }

    @Test
    void asksASilentClientWhetherItIsThere() throws IOException {
        try (RunningGateway gateway = start("websocket.ping_interval=100ms", "websocket.ping_timeout=100ms");
                RawStream silent = RawStream.open(gateway.port(), SLOW)) {
            assertEquals(PING, silent.next().opcode());
            RawStream.Frame close = silent.next();
            assertEquals(CLOSE, close.opcode());
            assertEquals(1008, close.code());
            assertTrue(close.text().contains("ping"), close::text);
            silent.frame(FINAL | CLOSE, new byte[0]);
            assertTrue(silent.isAtEnd());
        }
        try (RunningGateway gateway = start("websocket.ping_interval=100ms", "websocket.ping_timeout=1h");
                RawStream alive = RawStream.open(gateway.port(), SLOW)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(PING, alive.next().opcode());
                alive.frame(FINAL | PONG, new byte[0]);
            }
        }
    }

    @Test
    void doesNotWaitForTheRestOfAMessageForEver() throws IOException {
        // no ping is due for long after it is late
        try (RunningGateway gateway = start("admission.request_timeout=200ms", "websocket.ping_interval=1h");
                RawStream stream = RawStream.open(gateway.port(), SLOW)) {
            stream.frame(TEXT, "{\"inputs\":");
            RawStream.Frame frame = stream.next();
            assertEquals(1008, frame.code());
            assertTrue(frame.text().contains("whole"), frame::text);
            Waiting.until("nothing held", () -> gateway.metrics().value("sluice_held_body_bytes") == 0);
        }
    }

    @Test
    void aConnectionOnWhichAMessageArrivesIsNotIdle() throws IOException {
        try (RunningGateway gateway = start("admission.request_timeout=3s", "websocket.idle_timeout=1s");
                RawStream stream = RawStream.open(gateway.port(), SLOW)) {
            stream.frame(TEXT, "{\"inputs\":");
            RawStream.Frame frame = stream.next();
            while (frame.opcode() == PING) {
                frame = stream.next();
            }
            assertEquals(1008, frame.code());
        }
    }
}
