package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The statistics extension over the wire, with metrics switched off: the two are independent. */
class StatisticsIT {

    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "metrics.enabled=false", "worker.instances=1");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private JsonArray stats(String path) {
        Answer answer = gateway.get(path);
        assertEquals(200, answer.status(), answer.body());
        return answer.json().getJsonArray("model_stats");
    }

    private JsonObject statsOf(String model) {
        JsonArray one = stats("/v2/models/" + model + "/stats");
        assertEquals(1, one.size());
        return one.getJsonObject(0);
    }

    /** A request is counted just after its answer was handed to the socket. */
    private void awaitRequests(String model, String total, long expected) {
        Waiting.until(expected + " of " + total, () -> count(statsOf(model), total) == expected);
    }

    private static long count(JsonObject stats, String total) {
        return stats.getJsonObject("inference_stats").getJsonObject(total).getLong("count");
    }

    private static long nanos(JsonObject stats, String total) {
        return stats.getJsonObject("inference_stats").getJsonObject(total).getLong("ns");
    }

    @Test
    void aModelThatDidNothingHasZeros() {
        JsonObject zero = new JsonObject("{\"count\":0,\"ns\":0}");
        JsonObject sums = statsOf("sums");
        assertEquals("sums", sums.getString("name"));
        assertEquals("1", sums.getString("version"));
        for (String number : List.of("last_inference", "inference_count", "execution_count")) {
            assertEquals(0, sums.getInteger(number), number);
        }
        JsonObject inference = sums.getJsonObject("inference_stats");
        List<String> totals = List.of(
                "success",
                "fail",
                "queue",
                "compute_input",
                "compute_infer",
                "compute_output",
                "cache_hit",
                "cache_miss");
        assertEquals(totals, List.copyOf(inference.fieldNames()));
        totals.forEach(total -> assertEquals(zero, inference.getJsonObject(total), total));
        assertEquals(new JsonArray(), sums.getJsonArray("batch_stats"));
        assertEquals(new JsonArray(), sums.getJsonArray("memory_usage"));
    }

    @Test
    void countsRowsBatchesAndRequests() {
        long before = System.currentTimeMillis();
        assertEquals(200, gateway.infer("pick", Requests.pick(1)).status());
        assertEquals(200, gateway.infer("pick", Requests.pick(1, 2, 3)).status());
        assertEquals(200, gateway.infer("pick", Requests.pick(4, 5, 6)).status());
        JsonObject pick = statsOf("pick");
        assertTrue(pick.getLong("last_inference") >= before, pick.encode());
        assertEquals(7, pick.getInteger("inference_count"));
        assertEquals(3, pick.getInteger("execution_count"));
        for (String total : List.of("queue", "compute_input", "compute_infer", "compute_output")) {
            assertEquals(3, count(pick, total), total);
        }
        assertTrue(nanos(pick, "compute_infer") > 0, pick.encode());
        JsonArray sizes = pick.getJsonArray("batch_stats");
        assertEquals(2, sizes.size());
        assertEquals(1, sizes.getJsonObject(0).getInteger("batch_size"));
        assertEquals(3, sizes.getJsonObject(1).getInteger("batch_size"));
        JsonObject ofThree = sizes.getJsonObject(1).getJsonObject("compute_infer");
        assertEquals(2, ofThree.getInteger("count"));
        assertTrue(ofThree.getLong("ns") > 0);
        awaitRequests("pick", "success", 3);
        assertTrue(nanos(statsOf("pick"), "success") >= nanos(pick, "compute_infer"));
    }

    @Test
    void countsRefusalsAndFailuresOnceTheModelIsKnown() {
        gateway.infer("pick", "{}").error(400);
        gateway.infer("pick", Requests.pick(99)).error(400);
        gateway.infer("nobody", "{}").error(404);
        awaitRequests("pick", "fail", 2);
        JsonObject pick = statsOf("pick");
        assertEquals(0, pick.getInteger("inference_count"));
        assertEquals(0, pick.getInteger("execution_count"));
        assertEquals(0, count(pick, "success"));
    }

    @Test
    void batchesConserveRows() {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            answers.add(gateway.inferLater("pick", Requests.pick(i % 10, 3)));
        }
        answers.forEach(answer -> assertEquals(200, Waiting.await(answer).status()));
        awaitRequests("pick", "success", 200);
        JsonObject pick = statsOf("pick");
        assertEquals(400, pick.getInteger("inference_count"));
        assertEquals(200, count(pick, "queue"));
        assertEquals(200, count(pick, "compute_infer"));
        long rows = 0;
        long executions = 0;
        for (Object each : pick.getJsonArray("batch_stats")) {
            JsonObject size = (JsonObject) each;
            long often = size.getJsonObject("compute_infer").getLong("count");
            rows += often * size.getInteger("batch_size");
            executions += often;
        }
        assertEquals(400, rows);
        assertEquals(executions, pick.getLong("execution_count"));
    }

    @Test
    void showsAllModelsOrOneVersion() {
        List<String> names = stats("/v2/models/stats").stream()
                .map(each -> ((JsonObject) each).getString("name"))
                .toList();
        assertTrue(names.containsAll(List.of("echo", "pick", "slow", "sums", "words")), names.toString());
        assertEquals(1, stats("/v2/models/sums/versions/1/stats").size());
        gateway.get("/v2/models/sums/versions/2/stats").error(404);
        gateway.get("/v2/models/nobody/stats").error(404);
    }
}
