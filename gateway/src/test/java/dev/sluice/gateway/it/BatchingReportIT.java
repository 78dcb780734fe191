package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.metrics.MeterNames;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The batcher's own report, the metrics and the statistics count the same. */
class BatchingReportIT {

    /** Seconds of work: long against everything that is sent while it runs. */
    private static final int LONG = 240_000;

    private static final String QUARTER_SECOND = "\"timeout\":250000";
    private static final String URGENT = "\"priority\":1";

    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "worker.instances=1",
                "worker.max_queue_requests=2",
                "admission.client_header=x-client");
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private JsonObject report(String model) {
        Answer answer = gateway.get("/v2/models/" + model + "/batching");
        assertEquals(200, answer.status(), answer.body());
        return answer.json();
    }

    private JsonObject stats(String model) {
        return gateway.get("/v2/models/" + model + "/stats")
                .json()
                .getJsonArray("model_stats")
                .getJsonObject(0);
    }

    private void awaitQueued(int requests) {
        Waiting.until(
                requests + " queued",
                () -> report("slow").getJsonObject("queue").getInteger("requests") == requests);
    }

    private static Map<String, Long> happened(JsonObject counts) {
        return counts.stream()
                .filter(count -> ((Number) count.getValue()).longValue() > 0)
                .collect(Collectors.toMap(Map.Entry::getKey, count -> ((Number) count.getValue()).longValue()));
    }

    private static double sum(JsonObject counts) {
        return counts.stream()
                .mapToLong(count -> ((Number) count.getValue()).longValue())
                .sum();
    }

    /** What came, by what became of it: three successes, then one of each refusal that can be had for certain. */
    private void sendAMix() throws Exception {
        for (int i = 0; i < 3; i++) {
            assertEquals(200, gateway.infer("slow", Requests.slow(1, i)).status());
        }
        CompletableFuture<Answer> occupying = gateway.inferLater("slow", Requests.slow(LONG, 7));
        Waiting.until("running", () -> !report("slow").getJsonArray("running").isEmpty());
        gateway.infer("slow", Requests.slow(1, 0, QUARTER_SECOND)).error(504);
        try (RawConnection leaving = new RawConnection(gateway.port())) {
            leaving.post("/v2/models/slow/infer", Requests.slow(1, 0));
            awaitQueued(1);
        }
        awaitQueued(0);
        CompletableFuture<Answer> first = gateway.inferLater("slow", Requests.slow(1, 1, URGENT));
        awaitQueued(1);
        CompletableFuture<Answer> second = gateway.inferLater("slow", Requests.slow(1, 2));
        awaitQueued(2);
        CompletableFuture<Answer> urgent = gateway.inferLater("slow", Requests.slow(1, 4, URGENT));
        Waiting.await(second).error(503);
        gateway.infer("slow", Requests.slow(1, 3, URGENT)).error(503);
        JsonObject queue = report("slow").getJsonObject("queue");
        assertEquals(new JsonArray(List.of(2, 0, 0, 0)), queue.getJsonArray("requests_by_priority"));
        assertTrue(queue.getLong("oldest_ns") > 0, queue.encode());
        assertEquals(2, gateway.metrics().value(MeterNames.QUEUE_REQUESTS, "model=\"slow\"", "priority=\"1\""));
        assertEquals(2, gateway.metrics().value(MeterNames.QUEUE_REQUESTS, "model=\"slow\""));
        for (CompletableFuture<Answer> served : List.of(occupying, urgent, first)) {
            assertEquals(200, Waiting.await(served).status());
        }
        gateway.infer("slow", Requests.slow(LONG, 0, QUARTER_SECOND)).error(504);
    }

    @Test
    void aKnownMixIsCountedTheSameEverywhere() throws Exception {
        sendAMix();
        JsonObject report = report("slow");
        assertEquals(
                Map.of(
                        "expired_queued",
                        1L,
                        "cancelled_queued",
                        1L,
                        "queue_full",
                        1L,
                        "displaced",
                        1L,
                        "expired_running",
                        1L),
                happened(report.getJsonObject("dropped")));
        assertEquals(Map.of("all", 6L, "full", 1L), happened(report.getJsonObject("batches")));
        Waiting.until("all is counted", () -> gateway.metrics().value(MeterNames.REQUESTS, "model=\"slow\"") == 11);
        MetricsPage page = gateway.metrics();
        String slow = "model=\"slow\"";
        for (Map.Entry<String, Object> drop : report.getJsonObject("dropped")) {
            String reason = "reason=\"" + drop.getKey() + "\"";
            assertEquals(
                    ((Number) drop.getValue()).doubleValue(), page.value(MeterNames.DROPPED_REQUESTS, slow, reason));
        }
        for (Map.Entry<String, Object> flush : report.getJsonObject("batches")) {
            String reason = "reason=\"" + flush.getKey() + "\"";
            assertEquals(((Number) flush.getValue()).doubleValue(), page.value(MeterNames.BATCHES, slow, reason));
        }
        double batches = sum(report.getJsonObject("batches"));
        double dropped = sum(report.getJsonObject("dropped"));
        assertEquals(batches, page.value(MeterNames.BATCH_ROWS + "_count", slow));
        JsonObject stats = stats("slow");
        JsonObject inference = stats.getJsonObject("inference_stats");
        assertEquals(6, inference.getJsonObject("success").getInteger("count"));
        assertEquals(6, page.value(MeterNames.REQUESTS, slow, "outcome=\"success\""));
        assertEquals(dropped, inference.getJsonObject("fail").getDouble("count"));
        double expiredRunning = 1;
        assertEquals(batches - expiredRunning, stats.getDouble("execution_count"));
    }

    @Test
    void anEnginesFailureIsNoDrop() {
        gateway.infer("pick", Requests.pick(99)).error(400);
        assertEquals(200, gateway.infer("pick", Requests.pick(1)).status());
        JsonObject report = report("pick");
        assertEquals(Map.of(), happened(report.getJsonObject("dropped")));
        assertEquals(Map.of("all", 2L), happened(report.getJsonObject("batches")));
        Waiting.until(
                "both are counted",
                () -> stats("pick")
                                .getJsonObject("inference_stats")
                                .getJsonObject("fail")
                                .getInteger("count")
                        == 1);
        assertEquals(1, stats("pick").getInteger("execution_count"));
        MetricsPage page = gateway.metrics();
        assertEquals(1, page.value(MeterNames.BATCH_FAILURES, "model=\"pick\""));
        assertEquals(0, page.value(MeterNames.DROPPED_REQUESTS, "model=\"pick\""));
        assertEquals(2, page.value(MeterNames.BATCHES, "model=\"pick\""));
    }

    /** Three batches of 32, 32 and 6 rows, and one request. */
    @Test
    void aRequestInPiecesIsCountedOnceAndItsRowsAll() {
        assertEquals(200, gateway.infer("sums", Requests.sumsOfRows(70)).status());
        JsonObject stats = stats("sums");
        assertEquals(70, stats.getInteger("inference_count"));
        assertEquals(3, stats.getInteger("execution_count"));
        Waiting.until(
                "it is counted",
                () -> stats("sums")
                                .getJsonObject("inference_stats")
                                .getJsonObject("success")
                                .getInteger("count")
                        == 1);
        JsonObject inference = stats("sums").getJsonObject("inference_stats");
        for (String part : List.of("queue", "compute_input", "compute_infer", "compute_output")) {
            assertEquals(1, inference.getJsonObject(part).getInteger("count"), part);
        }
        assertTrue(inference.getJsonObject("compute_infer").getLong("ns") > 0);
        assertEquals(1, gateway.metrics().value(MeterNames.QUEUE_SECONDS + "_count", "model=\"sums\""));
        assertEquals(Map.of(), happened(report("sums").getJsonObject("dropped")));
    }

    @Test
    void showsTheLineThatWasLearnedAndTheProfileBehindIt() {
        JsonObject report = report("sums");
        assertEquals("sums", report.getString("name"));
        assertEquals("1", report.getString("version"));
        assertEquals(32, report.getInteger("max_batch_rows"));
        assertEquals(1, report.getInteger("idle_instances"));
        JsonObject latency = report.getJsonObject("latency");
        JsonArray profile = report.getJsonArray("profile");
        assertEquals(profile.size(), latency.getInteger("learned_from"));
        assertTrue(profile.size() >= 2, report.encode());
        assertTrue(profile.getJsonObject(0).getLong("ns") > 0);
        assertTrue(latency.getBoolean("known"), report.encode());
        assertTrue(latency.getLong("batch_ns") + latency.getLong("row_ns") > 0);
        assertTrue(latency.getInteger("useful_rows") >= 1);
        assertNotNull(latency.getDouble("noise"));
        int next = report.getInteger("next_batch_rows");
        assertEquals(Math.min(32, latency.getInteger("useful_rows")), next);
        assertEquals(200, gateway.infer("sums", Requests.sums(1, 2)).status());
        assertEquals(profile.size() + 1, report("sums").getJsonObject("latency").getInteger("learned_from"));
        MetricsPage page = gateway.metrics();
        assertEquals(1, page.value(MeterNames.PREDICTION_PERCENT + "_count", "model=\"sums\""));
        JsonObject now = report("sums").getJsonObject("latency");
        assertEquals(
                now.getDouble("batch_ns"), 1e9 * page.value(MeterNames.LEARNED_BATCH_SECONDS, "model=\"sums\""), 1);
        assertEquals(now.getDouble("row_ns"), 1e9 * page.value(MeterNames.LEARNED_ROW_SECONDS, "model=\"sums\""), 1);
        assertEquals(now.getDouble("useful_rows"), page.value(MeterNames.USEFUL_ROWS, "model=\"sums\""));
    }

    /** Its shapes are open beyond the rows, so it cannot be run beforehand. */
    @Test
    void saysWhatItDoesNotKnow() {
        JsonObject latency = report("echo").getJsonObject("latency");
        assertEquals(0, latency.getInteger("learned_from"));
        assertFalse(latency.getBoolean("known"));
        assertTrue(latency.containsKey("useful_rows"));
        assertNull(latency.getValue("useful_rows"));
        assertEquals(new JsonArray(), report("echo").getJsonArray("profile"));
        assertEquals(200, gateway.infer("echo", Requests.echo(1)).status());
        assertTrue(Double.isNaN(gateway.metrics().value(MeterNames.USEFUL_ROWS, "model=\"echo\"")));
        assertEquals(0, gateway.metrics().value(MeterNames.PREDICTION_PERCENT + "_count", "model=\"echo\""));
    }

    @Test
    void isAskedForByVersionToo() {
        Answer one = gateway.get("/v2/models/sums/versions/1/batching");
        assertEquals(report("sums").getJsonArray("profile"), one.json().getJsonArray("profile"));
        gateway.get("/v2/models/sums/versions/2/batching").error(404);
        gateway.get("/v2/models/nobody/batching").error(404);
    }
}
