package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many clients share engine calls, and each gets exactly its own answer. */
class BatchingIT {

    private static final int CLIENTS = 400;

    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "worker.instances=1");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    /** Requests, all under way before the first answer is looked at. */
    private List<Answer> inferAll(String model, List<String> bodies) {
        List<CompletableFuture<Answer>> answers =
                bodies.stream().map(body -> gateway.inferLater(model, body)).toList();
        return answers.stream().map(Waiting::await).toList();
    }

    @Test
    void givesEachOfManyClientsItsOwnAnswer() {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            bodies.add(Requests.withMember("\"id\":\"client " + i + "\"", Requests.sums(i, 1000 * i)));
        }
        List<Answer> answers = inferAll("sums", bodies);
        for (int i = 0; i < CLIENTS; i++) {
            JsonObject answer = answers.get(i).json();
            assertEquals("client " + i, answer.getString("id"), answer.encode());
            assertEquals(four(1001 * i), output(answer, 0), answer.encode());
            assertEquals(four(-999 * i), output(answer, 1), answer.encode());
        }
        MetricsPage metrics = gateway.metrics();
        assertEquals(CLIENTS, metrics.value("sluice_batch_rows_sum", "model=\"sums\""), "rows out = rows in");
        assertTrue(metrics.value("sluice_batch_rows_count", "model=\"sums\"") < CLIENTS, "no two shared a batch");
        assertTrue(metrics.value("sluice_batch_rows_max", "model=\"sums\"") > 1, "no two shared a batch");
    }

    private static JsonArray output(JsonObject answer, int index) {
        return answer.getJsonArray("outputs").getJsonObject(index).getJsonArray("data");
    }

    private static JsonArray four(int n) {
        return JsonArray.of(n, n, n, n);
    }

    @Test
    void keepsRequestsOfDifferentLengthsApart() {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            bodies.add(Requests.echo(row(i)));
        }
        List<Answer> answers = inferAll("echo", bodies);
        for (int i = 0; i < CLIENTS; i++) {
            JsonObject output = answers.get(i).outputs().getJsonObject(0);
            assertEquals(JsonArray.of(1, row(i).length), output.getJsonArray("shape"), output.encode());
            for (int place = 0; place < row(i).length; place++) {
                assertEquals(row(i)[place], output.getJsonArray("data").getFloat(place), output.encode());
            }
        }
    }

    private static float[] row(int client) {
        float[] row = new float[1 + client % 7];
        for (int i = 0; i < row.length; i++) {
            row[i] = client + i / 8f;
        }
        return row;
    }

    @Test
    void splitsRequestsOfSeveralRows() {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int[] indexes = new int[i % 50];
            for (int row = 0; row < indexes.length; row++) {
                indexes[row] = (i + row) % 10;
            }
            bodies.add(Requests.pick(indexes));
        }
        List<Answer> answers = inferAll("pick", bodies);
        for (int i = 0; i < CLIENTS; i++) {
            JsonArray data = answers.get(i).data();
            assertEquals(i % 50, data.size());
            for (int row = 0; row < data.size(); row++) {
                assertEquals((i + row) % 10 * 1.5f, data.getFloat(row));
            }
        }
    }

    @Test
    void aBadRequestDoesNotFailItsNeighbours() {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            bodies.add(Requests.pick(i % 10 == 3 ? 99 : i % 10));
        }
        List<Answer> answers = inferAll("pick", bodies);
        for (int i = 0; i < CLIENTS; i++) {
            if (i % 10 == 3) {
                assertTrue(answers.get(i).error(400).contains("out of data bounds"));
            } else {
                assertEquals(i % 10 * 1.5f, answers.get(i).data().getFloat(0));
            }
        }
        gateway.awaitNothingInFlight();
    }

    @Test
    void carriesStringsOfAllLengths() {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            JsonArray words = JsonArray.of("é\n\"\\😀".repeat(i % 20), "client " + i);
            bodies.add(Requests.inputs(Requests.tensor("x", "BYTES", "[1,2]", words.encode())));
        }
        List<Answer> answers = inferAll("words", bodies);
        for (int i = 0; i < CLIENTS; i++) {
            assertEquals(
                    JsonArray.of("é\n\"\\😀".repeat(i % 20), "client " + i),
                    answers.get(i).data());
        }
    }

    @Test
    void returnsTheOutputsThatAreAskedForInTheirOrder() {
        List<String> selections = List.of("", "OUT0", "OUT1", "OUT1 OUT0", "OUT0 OUT1");
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            bodies.add(wanting(selections.get(i % selections.size()), Requests.sums(i, 1)));
        }
        List<Answer> answers = inferAll("sums", bodies);
        for (int i = 0; i < CLIENTS; i++) {
            String selection = selections.get(i % selections.size());
            String[] names = (selection.isEmpty() ? "OUT0 OUT1" : selection).split(" ");
            JsonArray outputs = answers.get(i).outputs();
            assertEquals(names.length, outputs.size());
            for (int place = 0; place < names.length; place++) {
                JsonObject output = outputs.getJsonObject(place);
                assertEquals(names[place], output.getString("name"));
                assertEquals(four(names[place].equals("OUT0") ? i + 1 : i - 1), output.getJsonArray("data"));
            }
        }
    }

    private static String wanting(String names, String body) {
        JsonArray outputs = new JsonArray();
        for (String name : names.split(" ")) {
            if (!name.isEmpty()) {
                outputs.add(JsonObject.of("name", name));
            }
        }
        return Requests.withMember("\"outputs\":" + outputs.encode(), body);
    }

    @Test
    void acceptsMakesAndReturnsRequestIds() {
        Answer named = Waiting.await(
                gateway.send(sums().header("x-request-id", "order-66").build()));
        assertEquals("order-66", named.header("x-request-id"));
        assertFalse(named.json().containsKey("id"), "an id that the body did not send");
        String first = Waiting.await(gateway.send(sums().build())).header("x-request-id");
        String second = Waiting.await(gateway.send(sums().build())).header("x-request-id");
        assertNotNull(first);
        assertNotEquals(first, second);
        String tooLong = "x".repeat(200);
        Answer replaced = Waiting.await(
                gateway.send(sums().header("x-request-id", tooLong).build()));
        assertNotEquals(tooLong, replaced.header("x-request-id"));
        assertNotNull(gateway.get("/nothing").header("x-request-id"));
    }

    private HttpRequest.Builder sums() {
        return gateway.request("/v2/models/sums/infer").POST(HttpRequest.BodyPublishers.ofString(Requests.sums(1, 2)));
    }
}
