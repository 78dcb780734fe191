package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers in parts over WebSocket, as docs/streaming.md has them. */
class StreamPartsIT {

    private static final int MAX_ROWS = 4;
    private static final String PARTS = "\"parameters\":{\"parts\":true}";
    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "worker.instances=2", "worker.max_batch_rows=" + MAX_ROWS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static StreamClient open(String path) {
        return new StreamClient(gateway, "/v2/models/" + path);
    }

    /** Rows of echo: 0, 1, 2 and so on. */
    private static String echo(int rows) {
        String data = IntStream.range(0, rows).mapToObj(String::valueOf).collect(Collectors.joining(","));
        return Requests.inputs(Requests.tensor("x", "FP32", "[" + rows + ",1]", "[" + data + "]"));
    }

    private static String inParts(String id, String body) {
        return Requests.withMember("\"id\":\"" + id + "\"," + PARTS, body);
    }

    /** The answers to that request, the last one included; others may come between them. */
    private static List<JsonObject> answers(StreamClient client, String id) {
        List<JsonObject> answers = new ArrayList<>();
        while (answers.isEmpty() || !isLast(answers.getLast())) {
            JsonObject answer = client.text();
            assertEquals(id, answer.getString("id"), answer::encode);
            answers.add(answer);
        }
        return answers;
    }

    private static boolean isLast(JsonObject answer) {
        return answer.containsKey("error") || answer.getJsonObject("parameters").getBoolean("final");
    }

    /** The rows that these answer, each of which must be answered once, with what was asked. */
    private static int rowsOf(List<JsonObject> answers) {
        BitSet rows = new BitSet();
        for (JsonObject answer : answers) {
            JsonObject place = answer.getJsonObject("parameters");
            JsonObject output = answer.getJsonArray("outputs").getJsonObject(0);
            assertEquals(place.getInteger("rows"), output.getJsonArray("shape").getInteger(0), answer::encode);
            JsonArray data = output.getJsonArray("data");
            for (int i = 0; i < data.size(); i++) {
                int row = place.getInteger("row") + i;
                assertFalse(rows.get(row), answer::encode);
                rows.set(row);
                assertEquals(row, data.getInteger(i), answer::encode);
            }
        }
        assertEquals(rows.cardinality(), rows.length(), "rows from the first to the last");
        return rows.cardinality();
    }

    @Test
    void everyRowIsAnsweredOnceAndTheLastPartSaysThatItIsTheLast() {
        double before = gateway.metrics().value("sluice_requests_total", "protocol=\"websocket\"", "model=\"echo\"");
        double parts = gateway.metrics().value("sluice_answer_parts_total", "model=\"echo\"");
        try (StreamClient client = open("echo/stream")) {
            List<JsonObject> answers = answers(client.send(inParts("p", echo(4 * MAX_ROWS + 2))), "p");
            assertEquals(5, answers.size());
            assertEquals(4 * MAX_ROWS + 2, rowsOf(answers));
            client.ask("next", echo(1));
            assertEquals("next", client.text().getString("id"), "nothing comes behind the last");
        }
        gateway.awaitNothingInFlight();
        assertEquals(parts + 4, gateway.metrics().value("sluice_answer_parts_total", "model=\"echo\""), "but the last");
        assertEquals(
                before + 2,
                gateway.metrics().value("sluice_requests_total", "protocol=\"websocket\"", "model=\"echo\""),
                "it counts as one request");
    }

    @Test
    void aRequestThatFitsABatchHasOneAnswerWithAllItsRows() {
        try (StreamClient client = open("echo/stream")) {
            JsonObject answer = client.send(inParts("small", echo(3))).text();
            assertEquals(
                    new JsonObject().put("row", 0).put("rows", 3).put("final", true),
                    answer.getJsonObject("parameters"));
            JsonObject silent = client.ask("whole", echo(4 * MAX_ROWS)).text();
            assertFalse(silent.containsKey("parameters"), "who asks for no parts has one answer");
            assertEquals(
                    4 * MAX_ROWS,
                    silent.getJsonArray("outputs")
                            .getJsonObject(0)
                            .getJsonArray("data")
                            .size());
        }
    }

    @Test
    void partsComeInBinaryMessagesToo() {
        try (StreamClient client = open("echo/stream")) {
            String body = Requests.withMember(
                    "\"id\":\"b\",\"parameters\":{\"parts\":true,\"binary_data_output\":true}", echo(MAX_ROWS + 1));
            client.send(body);
            BitSet rows = new BitSet();
            for (int part = 0; part < 2; part++) {
                Buffer message = client.binary();
                int length = message.getIntLE(0);
                JsonObject place = new JsonObject(message.getString(4, 4 + length)).getJsonObject("parameters");
                assertEquals(part == 1, place.getBoolean("final"));
                for (int i = 0; i < place.getInteger("rows"); i++) {
                    int row = place.getInteger("row") + i;
                    rows.set(row);
                    assertEquals(row, message.getFloatLE(4 + length + 4 * i));
                }
            }
            assertEquals(MAX_ROWS + 1, rows.cardinality());
        }
    }

    /** The index of the last row is none. */
    @Test
    void anErrorAfterPartsEndsTheRequest() {
        int[] indexes = new int[6 * MAX_ROWS];
        indexes[indexes.length - 1] = 1_000_000;
        try (StreamClient client = open("pick/stream")) {
            List<JsonObject> answers = answers(client.send(inParts("bad", Requests.pick(indexes))), "bad");
            assertTrue(answers.size() > 1, "parts came before");
            assertTrue(answers.getLast().containsKey("error"), answers.getLast()::encode);
            client.ask("next", Requests.pick(0));
            assertEquals("next", client.text().getString("id"), "nothing comes behind the error");
        }
    }

    @Test
    void partsOfARequestKeepTheOrderOfRequestsWhereThatIsAsked() {
        try (StreamClient client = open("echo/stream?order=request")) {
            client.send(inParts("a", echo(20 * MAX_ROWS)));
            client.send(inParts("b", echo(20 * MAX_ROWS)));
            client.ask("c", echo(1));
            assertEquals(20 * MAX_ROWS, rowsOf(answers(client, "a")));
            assertEquals(20 * MAX_ROWS, rowsOf(answers(client, "b")));
            assertEquals("c", client.text().getString("id"));
        }
    }

    /** Whether the cancel is faster or the model, the request has one end and leaves nothing behind. */
    @Test
    void aCancelBetweenPartsEndsTheRequestOnce() {
        try (StreamClient client = open("echo/stream")) {
            client.send(inParts("long", echo(2_000 * MAX_ROWS)));
            JsonObject first = client.text();
            assertFalse(isLast(first), first::encode);
            client.send("{\"cancel\":\"long\"}");
            JsonObject last = answers(client, "long").getLast();
            assertTrue(!last.containsKey("error") || last.getJsonObject("error").getInteger("status") == 499);
            client.ask("long", echo(1));
            assertFalse(client.text().containsKey("error"), "its id is free again");
        }
        gateway.awaitNothingInFlight();
        Waiting.until("no bodies", () -> gateway.metrics().value("sluice_held_body_bytes") == 0);
    }

    @Test
    void aClientThatGoesBetweenPartsLeavesNothingBehind() {
        try (StreamClient client = open("echo/stream")) {
            client.send(inParts("long", echo(2_000 * MAX_ROWS)));
            assertFalse(isLast(client.text()));
        }
        gateway.awaitNothingInFlight();
        Waiting.until("no bodies", () -> gateway.metrics().value("sluice_held_body_bytes") == 0);
        Waiting.until("nothing unsent", () -> gateway.metrics().value("sluice_unsent_bytes") == 0);
    }

    /** Lines that begin with > are sent, those with < come back. */
    @Test
    void theExampleInThePageIsWhatHappens() throws IOException {
        String page = Files.readString(Path.of("../docs/streaming.md"));
        String section = page.substring(page.indexOf("### Answers in parts"));
        List<String> lines =
                section.substring(0, section.indexOf("- Parts come")).lines().toList();
        try (RunningGateway one =
                        RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "worker.max_batch_rows=4");
                StreamClient client = new StreamClient(one, "/v2/models/echo/stream")) {
            lines.stream().filter(line -> line.startsWith("> ")).forEach(line -> client.send(line.substring(2)));
            List<String> answers =
                    lines.stream().filter(line -> line.startsWith("< ")).toList();
            assertEquals(2, answers.size());
            for (String answer : answers) {
                assertEquals(new JsonObject(answer.substring(2)), client.text());
            }
        }
    }

    @Test
    void overHttpItIsRefused() {
        Answer answer = gateway.infer("echo", Requests.withMember(PARTS, echo(1)));
        assertEquals(400, answer.status());
        String error = answer.json().getString("error");
        assertTrue(error.startsWith("parameters.parts: "), error);
        assertTrue(error.contains("/stream"), error);
        String no = "\"parameters\":{\"parts\":false}";
        assertEquals(
                200, gateway.infer("echo", Requests.withMember(no, echo(1))).status());
    }
}
