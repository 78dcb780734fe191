package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inference over WebSocket, as docs/streaming.md has it. */
class StreamIT {

    private static final String SUMS = "/v2/models/sums/stream";
    private static final String SLOW = "/v2/models/slow/stream";
    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "websocket.window_messages=8");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static StreamClient open(String path) {
        return new StreamClient(gateway, path);
    }

    private static JsonArray data(JsonObject answer) {
        JsonArray outputs = answer.getJsonArray("outputs");
        assertTrue(outputs != null, answer::encode);
        return outputs.getJsonObject(0).getJsonArray("data");
    }

    @Test
    void saysFirstWhatAClientMayCountOn() {
        try (StreamClient client = open(SUMS)) {
            JsonObject hello = client.hello();
            assertEquals("sluice.v2.stream.1", hello.getString("protocol"));
            assertEquals(8, hello.getJsonObject("window").getInteger("messages"));
            assertEquals(64 << 20, hello.getJsonObject("window").getInteger("bytes"));
            assertEquals(64 << 20, hello.getInteger("max_message_bytes"));
            assertEquals("ready", hello.getString("order"));
            assertEquals(20_000, hello.getInteger("ping_interval_ms"));
            assertEquals(600_000, hello.getInteger("idle_timeout_ms"));
            assertFalse(hello.getString("request_id").isEmpty());
        }
    }

    @Test
    void answersARequestUnderItsId() {
        try (StreamClient client = open(SUMS)) {
            JsonObject answer = client.ask("one", Requests.sums(2, 3)).text();
            assertEquals("one", answer.getString("id"));
            assertEquals("sums", answer.getString("model_name"));
            assertEquals(5, data(answer).getInteger(0));
            assertEquals(7, data(client.send(Requests.sums(3, 4)).text()).getInteger(0));
        }
    }

    @Test
    void answersAVersionAndWhateverModelAMessageNames() {
        try (StreamClient client = open("/v2/models/sums/versions/1/stream")) {
            assertEquals(5, data(client.ask("v", Requests.sums(2, 3)).text()).getInteger(0));
        }
        try (StreamClient client = open("/v2/stream")) {
            String sums = "\"model_name\":\"sums\",\"model_version\":\"1\"";
            assertEquals(
                    9,
                    data(client.send(Requests.withMember(sums, Requests.sums(4, 5)))
                                    .text())
                            .getInteger(0));
            String echo = Requests.echo(1.5f);
            JsonObject behind = client.send(
                            echo.substring(0, echo.length() - 1) + ",\"model_name\":\"echo\",\"id\":\"e\"}")
                    .text();
            assertEquals("echo", behind.getString("model_name"), behind::encode);
            assertEquals("e", behind.getString("id"));
            String missing = client.ask("m", Requests.sums(1, 1))
                    .error("m", "invalid_request", 400)
                    .getString("message");
            assertTrue(missing.contains("model_name"), missing);
            client.send(Requests.withMember("\"id\":\"n\",\"model_name\":\"nothing\"", Requests.sums(1, 1)))
                    .error("n", "unknown_model", 404);
            client.send(Requests.withMember(
                            "\"id\":\"w\",\"model_name\":\"sums\",\"model_version\":\"9\"", Requests.sums(1, 1)))
                    .error("w", "unknown_model", 404);
        }
    }

    @Test
    void saysWhereTheTimeWentToWhoAsks() {
        try (StreamClient client = open(SUMS)) {
            String timing = "\"id\":\"t\",\"parameters\":{\"timing\":true}";
            JsonObject asked = client.send(Requests.withMember(timing, Requests.sums(2, 3)))
                    .text();
            JsonObject times = asked.getJsonObject("parameters");
            assertEquals(1, times.getInteger("batch_rows"), asked::encode);
            assertTrue(times.getLong("infer_ns") > 0, asked::encode);
            assertTrue(times.getLong("queue_ns") > 0, asked::encode);
            assertTrue(times.getLong("batch_ns") >= 0, asked::encode);
            JsonObject silent = client.ask("s", Requests.sums(2, 3)).text();
            assertFalse(silent.containsKey("parameters"), silent::encode);
        }
    }

    @Test
    void takesAndGivesRawTensorsInBinaryMessages() {
        try (StreamClient client = open(SUMS)) {
            String json = "{\"id\":\"raw\",\"inputs\":[" + raw("IN0") + "," + raw("IN1")
                    + "],\"parameters\":{\"binary_data_output\":true}}";
            Buffer message = Buffer.buffer().appendIntLE(json.length()).appendString(json);
            for (int i = 0; i < 8; i++) {
                message.appendIntLE(i);
            }
            Buffer answer = client.send(message).binary();
            int length = answer.getIntLE(0);
            JsonObject head = new JsonObject(answer.getString(4, 4 + length));
            assertEquals("raw", head.getString("id"));
            for (int i = 0; i < 4; i++) {
                assertEquals(i + i + 4, answer.getIntLE(4 + length + 4 * i));
            }
            // without the parameter the same message is answered in JSON
            Buffer plain = Buffer.buffer(Requests.sums(1, 2));
            assertEquals(
                    3,
                    data(client.send(Buffer.buffer().appendIntLE(plain.length()).appendBuffer(plain))
                                    .text())
                            .getInteger(0));
        }
    }

    private static String raw(String name) {
        return "{\"name\":\"" + name
                + "\",\"datatype\":\"INT32\",\"shape\":[1,4],\"parameters\":{\"binary_data_size\":16}}";
    }

    @Test
    void answersAsTheyAreReadyUnlessAskedForTheOrderOfRequests() {
        try (StreamClient client = open("/v2/stream")) {
            slowThenFast(client);
            assertEquals("fast", client.text().getString("id"));
            assertEquals("slow", client.text().getString("id"));
        }
        try (StreamClient client = open("/v2/stream?order=request")) {
            assertEquals("request", client.hello().getString("order"));
            slowThenFast(client);
            client.send("{");
            assertEquals("slow", client.text().getString("id"));
            assertEquals("fast", client.text().getString("id"));
            assertTrue(client.text().containsKey("error"));
        }
    }

    private static void slowThenFast(StreamClient client) {
        client.send(Requests.withMember("\"id\":\"slow\",\"model_name\":\"slow\"", Requests.slow(8_000, 1)));
        client.send(Requests.withMember("\"id\":\"fast\",\"model_name\":\"sums\"", Requests.sums(1, 1)));
    }

    @Test
    void refusesWhatIsBeyondTheWindowAndReadsOnWhenThereIsRoom() {
        try (StreamClient client = open(SLOW)) {
            for (int i = 0; i < 20; i++) {
                client.ask("r" + i, Requests.slow(2_000, i));
            }
            int refused = 0;
            Set<String> ids = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                JsonObject answer = client.text();
                ids.add(answer.getString("id"));
                if (answer.containsKey("error")) {
                    assertEquals("throttled", answer.getJsonObject("error").getString("code"));
                    assertEquals("window", answer.getJsonObject("error").getString("policy"));
                    assertEquals(0, answer.getJsonObject("error").getInteger("retry_after_ms"));
                    refused++;
                }
            }
            assertEquals(20, ids.size());
            assertTrue(refused > 0 && refused <= 12, refused + " refused");
            assertEquals(
                    refused,
                    gateway.metrics().value("sluice_requests_total", "model=\"slow\"", "outcome=\"throttled\""));
            assertEquals(
                    1f, data(client.ask("after", Requests.slow(1, 1)).text()).getFloat(0));
        }
    }

    @Test
    void cancelsByIdAndEachRequestIsAnsweredAllTheSame() {
        try (StreamClient client = open(SLOW)) {
            for (int i = 0; i < 8; i++) { // the batcher keeps what does not run yet
                client.ask("c" + i, Requests.slow(4_000, i));
            }
            client.send("{\"cancel\":\"c7\"}").send("{\"cancel\":\"nobody\"}");
            client.error("c7", "cancelled", 499);
            for (int i = 0; i < 7; i++) {
                JsonObject answer = client.text();
                assertEquals("c" + i, answer.getString("id"), answer::encode);
                assertTrue(answer.containsKey("outputs"), answer::encode);
            }
        }
    }

    @Test
    void answersWhatSaysCancelAndSomethingElseInWhateverOrder() {
        try (StreamClient client = open(SUMS)) {
            String cancel = "\"cancel\":\"1\"";
            String sums = Requests.sums(1, 1);
            String behind = sums.substring(0, sums.length() - 1) + "," + cancel + "}";
            for (String message : List.of(
                    Requests.withMember("\"id\":\"q\"," + cancel, sums),
                    Requests.withMember(cancel + ",\"id\":\"q\"", sums),
                    Requests.withMember("\"id\":\"q\"", behind))) {
                String reason =
                        client.send(message).error("q", "invalid_request", 400).getString("message");
                assertTrue(reason.contains("cancel"), reason);
            }
            client.send(behind).error(null, "invalid_request", 400);
            client.send("{" + cancel + "}xx").error(null, "invalid_request", 400);
        }
        try (StreamClient client = open(SLOW)) {
            for (int i = 0; i < 8; i++) {
                client.ask("b" + i, Requests.slow(4_000, i));
            }
            Buffer json = Buffer.buffer("{\"cancel\":\"b7\"}");
            client.send(Buffer.buffer().appendIntLE(json.length()).appendBuffer(json));
            String reason = client.error("b7", "cancelled", 499).getString("message");
            assertTrue(reason.contains("cancelled"), reason);
        }
    }

    @Test
    void keepsDeadlinesAndRefusesASecondRequestOfTheSameId() {
        try (StreamClient client = open(SLOW)) {
            client.ask("long", Requests.slow(8_000, 1));
            client.ask("long", Requests.slow(1, 1)).error("long", "invalid_request", 400);
            client.ask("late", Requests.slow(1, 1, "\"timeout\":1000"));
            client.error("late", "deadline_exceeded", 504);
            assertEquals("long", client.text().getString("id"));
            assertEquals("long", client.ask("long", Requests.slow(1, 1)).text().getString("id"));
        }
    }

    @Test
    void refusesWhatItCannotReadAndGoesOn() {
        try (StreamClient client = open(SUMS)) {
            client.send("{\"id\":\"x\",\"inputs\":[}").error("x", "invalid_request", 400);
            client.send("no json").error(null, "invalid_request", 400);
            client.send("").error(null, "invalid_request", 400);
            client.send("{\"id\":7}").error(null, "invalid_request", 400);
            client.send("{}").error(null, "invalid_request", 400);
            assertEquals(5, data(client.ask("fine", Requests.sums(2, 3)).text()).getInteger(0));
        }
    }

    @Test
    void sharesItsBatchesWithHttp(@TempDir Path models) throws IOException {
        new Repository(models).with("echo").config("echo", "preferred_batch_sizes: [2]\nmax_queue_delay: 1h\n");
        try (RunningGateway patient = RunningGateway.start(models);
                StreamClient client = new StreamClient(patient, "/v2/models/echo/stream")) {
            client.ask("ws", Requests.echo(1.5f));
            CompletableFuture<Answer> http = patient.inferLater("echo", Requests.echo(2.5f));
            assertEquals(1.5f, data(client.text()).getFloat(0));
            assertEquals(2.5f, Waiting.await(http).data().getFloat(0));
            MetricsPage metrics = patient.metrics();
            assertEquals(1, metrics.value("sluice_batch_rows_count", "model=\"echo\""));
            for (String protocol : List.of("websocket", "http")) {
                String label = "protocol=\"" + protocol + "\"";
                assertEquals(1, metrics.value("sluice_requests_total", "model=\"echo\"", label));
            }
        }
    }
}
