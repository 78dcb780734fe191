package dev.sluice.gateway.it;

import static dev.sluice.gateway.it.RawStream.BINARY;
import static dev.sluice.gateway.it.RawStream.FINAL;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** What one WebSocket connection can take, and what is left when it is gone. */
class StreamLimitsIT {

    /** More than the buffers of both ends of a connection take. */
    private static final int LARGE = 16 << 20;

    private static final String ALL = "/v2/stream";
    private static final String SUMS = "/v2/models/sums/stream";
    private static final int SMALL_BUFFER = 1 << 16;

    private static RunningGateway start(String... settings) {
        return RunningGateway.start(Places.TEST_MODELS, settings);
    }

    private static RawStream open(RunningGateway gateway) throws IOException {
        return RawStream.open(gateway.port(), ALL, SMALL_BUFFER, "");
    }

    /** A binary message whose answer is as long. */
    private static byte[] large(String id) {
        return large(id, 1, "");
    }

    /** The same of more rows, each of which has a long answer. */
    private static byte[] large(String id, int rows, String parameter) {
        String json = "{\"id\":\"" + id + "\",\"model_name\":\"echo\",\"parameters\":{\"binary_data_output\":true"
                + parameter + "},\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[" + rows + ","
                + LARGE / Float.BYTES + "],\"parameters\":{\"binary_data_size\":" + rows * LARGE + "}}]}";
        return Buffer.buffer()
                .appendIntLE(json.length())
                .appendString(json)
                .appendBytes(new byte[rows * LARGE])
                .getBytes();
    }

    private static String slow(String id, int steps) {
        return Requests.withMember("\"id\":\"" + id + "\",\"model_name\":\"slow\"", Requests.slow(steps, 1));
    }

    private static double unsent(RunningGateway gateway) {
        return gateway.metrics().value("sluice_unsent_bytes");
    }

    private static double givenUp(RunningGateway gateway) {
        return gateway.metrics().value("sluice_slow_clients_total", "reason=\"answer\"");
    }

    private static void nothingIsLeft(RunningGateway gateway) {
        gateway.awaitNothingInFlight();
        Waiting.until("nothing unsent", () -> unsent(gateway) == 0);
        Waiting.until("no bytes held", () -> gateway.metrics().value("sluice_held_body_bytes") == 0);
    }

    @Test
    void whoDoesNotTakeItsAnswerLosesItsConnection() throws IOException {
        try (RunningGateway gateway = start("http.write_timeout=200ms");
                RawStream stream = open(gateway)) {
            stream.frame(FINAL | BINARY, large("l"));
            Waiting.until("given up", () -> givenUp(gateway) >= 1);
            assertEquals(1, givenUp(gateway));
            nothingIsLeft(gateway);
            Waiting.until("gone", () -> gateway.metrics().value("sluice_websocket_connections") == 0);
        }
    }

    @Test
    void whoTakesItLateGetsAllOfItInFragments() throws IOException {
        try (RunningGateway gateway = start();
                RawStream stream = open(gateway)) {
            stream.frame(FINAL | BINARY, large("l"));
            Waiting.until("too much for the socket", () -> unsent(gateway) > LARGE);
            assertEquals(0, gateway.metrics().value("sluice_held_body_bytes"));
            RawStream.Frame first = stream.next();
            assertTrue(!first.isFinal() && first.payload().length == 64 << 10, first::toString);
            int bytes = first.payload().length;
            for (RawStream.Frame next = stream.next(); ; next = stream.next()) {
                bytes += next.payload().length;
                if (next.isFinal()) {
                    break;
                }
            }
            assertTrue(bytes > LARGE, bytes + " bytes");
            nothingIsLeft(gateway);
            assertEquals(0, givenUp(gateway));
        }
    }

    @Test
    void whoIsBehindGetsNoMoreAndIsNotReadUntilItHasTakenSome() throws IOException {
        try (RunningGateway gateway = start("http.max_unsent_size=64KiB", "worker.instances=1");
                RawStream stream = open(gateway)) {
            stream.text(slow("s", 20_000)).frame(FINAL | BINARY, large("l"));
            Waiting.until(
                    "refused",
                    () -> gateway.metrics().value("sluice_requests_total", "model=\"slow\"", "outcome=\"overloaded\"")
                            == 1);
            stream.text(Requests.withMember("\"id\":\"n\",\"model_name\":\"sums\"", Requests.sums(1, 2)));
            assertEquals(BINARY, stream.message().opcode());
            JsonObject refusal = stream.message().json();
            assertEquals("s", refusal.getString("id"));
            assertTrue(refusal.getJsonObject("error").getString("message").contains("has not taken"), refusal::encode);
            assertEquals("n", stream.message().json().getString("id"));
            nothingIsLeft(gateway);
        }
    }

    /** The first part is more than it takes, so the next one is not given, and what is left is not run. */
    @Test
    void whoIsBehindGetsNoMoreParts() throws IOException {
        try (RunningGateway gateway =
                        start("http.max_unsent_size=64KiB", "worker.instances=1", "worker.max_batch_rows=1");
                RawStream stream = open(gateway)) {
            stream.frame(FINAL | BINARY, large("p", 3, ",\"parts\":true"));
            Waiting.until(
                    "refused",
                    () -> gateway.metrics().value("sluice_requests_total", "model=\"echo\"", "outcome=\"overloaded\"")
                            == 1);
            assertEquals(BINARY, stream.message().opcode());
            JsonObject refusal = stream.message().json();
            assertEquals("p", refusal.getString("id"));
            assertTrue(refusal.getJsonObject("error").getString("message").contains("has not taken"), refusal::encode);
            nothingIsLeft(gateway);
            assertEquals(0, givenUp(gateway));
        }
    }

    @Test
    void refusesAMessageThatTheServerHasNoRoomFor() throws IOException {
        try (RunningGateway gateway = start("admission.max_in_flight_bytes=4KiB");
                StreamClient client = new StreamClient(gateway, SUMS)) {
            client.ask("big", Requests.sumsOfRows(1000));
            client.ask("small", Requests.sums(1, 2));
            JsonObject error = client.error("big", "overloaded", 503);
            assertTrue(error.getInteger("retry_after_ms") >= 100, error::encode);
            assertEquals("small", client.text().getString("id"));
            nothingIsLeft(gateway);
        }
    }

    @Test
    void countsTheWindowInBytesToo() {
        try (RunningGateway gateway = start("websocket.window_size=1KiB", "worker.instances=1");
                StreamClient client = new StreamClient(gateway, ALL)) {
            String padding = ",\"padding\":\"" + "x".repeat(700) + "\"}";
            String one = slow("one", 8_000);
            String two = slow("two", 1);
            client.send(one.substring(0, one.length() - 1) + padding);
            client.send(two.substring(0, two.length() - 1) + padding);
            assertEquals("window", client.error("two", "throttled", 429).getString("policy"));
            assertEquals("one", client.text().getString("id"));
            client.send(two.substring(0, two.length() - 1) + ",\"padding\":\"" + "x".repeat(2000) + "\"}");
            assertEquals("two", client.text().getString("id"));
        }
    }

    @Test
    void holdsClientsToTheirQuotas() {
        try (RunningGateway gateway = start("limits.clients=[\"*: 2 requests/h\"]");
                StreamClient client = new StreamClient(gateway, SUMS)) {
            client.ask("1", Requests.sums(1, 1)).ask("2", Requests.sums(1, 1)).ask("3", Requests.sums(1, 1));
            JsonObject error = null;
            for (int i = 0; i < 3; i++) {
                JsonObject answer = client.text();
                error = answer.containsKey("error") ? answer : error;
            }
            assertTrue(error != null, "nobody was refused");
            assertEquals("3", error.getString("id"), error::encode);
            JsonObject detail = error.getJsonObject("error");
            assertEquals("throttled", detail.getString("code"));
            assertTrue(detail.getInteger("retry_after_ms") > 1000, error::encode);
            assertTrue(!detail.getString("policy").equals("window"), error::encode);
            assertTrue(detail.getString("request_id").endsWith(".3"), error::encode);
        }
    }

    @Test
    void keepsNothingOfAClientThatHasGone() throws IOException {
        try (RunningGateway gateway = start("worker.instances=1")) {
            try (RawStream stream = open(gateway)) {
                for (int i = 0; i < 10; i++) {
                    stream.text(slow("s" + i, 8_000));
                }
                stream.frame(RawStream.TEXT, "{\"inputs\":");
                Waiting.until("all in flight", () -> gateway.metrics().value("sluice_in_flight_requests") >= 8);
            }
            nothingIsLeft(gateway);
            assertTrue(
                    gateway.metrics().value("sluice_requests_total", "protocol=\"websocket\"", "outcome=\"cancelled\"")
                            > 0);
            assertEquals(0, gateway.metrics().value("sluice_websocket_connections"));
        }
    }
}
