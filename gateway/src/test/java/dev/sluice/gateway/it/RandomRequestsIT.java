package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Thousands of requests of all sizes at once are answered as each would be alone. */
class RandomRequestsIT {

    private static final Path MLP = Places.ROOT.resolve("loadtest/models/mlp/1/model.onnx");
    private static final int MOST_ROWS = 5;
    private static final int CONNECTIONS = 64;
    private static final long SEED = 20_261_121;

    @TempDir
    Path models = Path.of(".");

    private static JsonObject request(String input, JsonArray shape, Random random) {
        int elements = 1;
        for (int axis = 0; axis < shape.size(); axis++) {
            elements *= shape.getInteger(axis);
        }
        JsonArray data = new JsonArray();
        for (int i = 0; i < elements; i++) {
            data.add(random.nextFloat());
        }
        JsonObject tensor = new JsonObject()
                .put("name", input)
                .put("datatype", "FP32")
                .put("shape", shape)
                .put("data", data);
        return new JsonObject().put("inputs", JsonArray.of(tensor));
    }

    private static Answer ask(RunningGateway gateway, String model, JsonObject request, int number) {
        return number % 2 == 0
                ? gateway.infer(model, request.encode())
                : BinaryWire.infer(gateway, model, request, input -> true, true);
    }

    /** By how much, at most, answers of {@code model} to all at once differ from those of {@code alone} one by one. */
    private static double largestDifference(
            RunningGateway gateway, String alone, String model, List<JsonObject> requests) {
        double difference = 0;
        try (ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < requests.size(); i++) {
                int number = i;
                answers.add(CompletableFuture.supplyAsync(
                        () -> ask(gateway, model, requests.get(number), number), clients));
            }
            List<JsonArray> together =
                    answers.stream().map(answer -> Waiting.await(answer).data()).toList();
            for (int i = 0; i < requests.size(); i++) {
                difference = Math.max(
                        difference,
                        difference(ask(gateway, alone, requests.get(i), i).data(), together.get(i)));
            }
        }
        return difference;
    }

    private static double difference(JsonArray one, JsonArray other) {
        assertEquals(one.size(), other.size());
        double most = 0;
        for (int i = 0; i < one.size(); i++) {
            most = Math.max(most, Math.abs(one.getFloat(i) - other.getFloat(i)));
        }
        return most;
    }

    private static List<JsonObject> randomRequests(int count, String input, int... row) {
        Random random = new Random(SEED);
        List<JsonObject> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            JsonArray shape = JsonArray.of(1 + random.nextInt(MOST_ROWS));
            for (int size : row) {
                shape.add(size);
            }
            requests.add(request(input, shape, random));
        }
        return requests;
    }

    private static int rows(List<JsonObject> requests) {
        return requests.stream()
                .mapToInt(request -> request.getJsonArray("inputs")
                        .getJsonObject(0)
                        .getJsonArray("shape")
                        .getInteger(0))
                .sum();
    }

    /** The same model twice, once for requests one by one, in one engine call each, and once for all at once. */
    private double largestDifference(Path file, int maxBatchRows, List<JsonObject> requests) {
        Path repository = new Repository(models)
                .with("alone", "1", file)
                .with("together", "1", file)
                .config("together", "max_batch_rows: " + maxBatchRows)
                .root();
        try (RunningGateway gateway = RunningGateway.start(repository, "worker.instances=2")) {
            double difference = largestDifference(gateway, "alone", "together", requests);
            MetricsPage metrics = gateway.metrics();
            assertEquals(rows(requests), metrics.value("sluice_batch_rows_sum", "model=\"together\""));
            assertEquals(requests.size(), metrics.value("sluice_queue_seconds_count", "model=\"together\""));
            assertTrue(metrics.value("sluice_batch_rows_max", "model=\"together\"") <= maxBatchRows);
            gateway.awaitNothingInFlight();
            return difference;
        }
    }

    /** ONNX Runtime adds up a row of this network in the same order whatever the number of rows. */
    @Test
    void theSmallNetworkAnswersTheSameToTheBit() {
        assertEquals(0, largestDifference(MLP, 32, randomRequests(2_000, "image", 784)));
    }

    @Test
    void theSmallNetworkAnswersTheSameToTheBitInPieces() {
        assertEquals(0, largestDifference(MLP, 2, randomRequests(300, "image", 784)));
    }

    /** Nothing but zero was seen here either, but nobody promises it for convolutions. */
    @Test
    void aRealNetworkAnswersTheSame() {
        Path file = Places.shared("models").resolve("mnist_cnn/model.onnx");
        double difference = largestDifference(file, 16, randomRequests(500, "input_image", 1, 28, 28));
        assertTrue(difference <= 1e-5, "an answer differs by " + difference);
    }
}
