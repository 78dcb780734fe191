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

    private static final int REQUESTS = 2_000;
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

    /** By how much, at most, an answer in company differs from the same alone. */
    private static double largestDifference(RunningGateway gateway, String model, List<JsonObject> requests) {
        List<JsonArray> alone = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            alone.add(ask(gateway, model, requests.get(i), i).data());
        }
        double difference = 0;
        try (ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS)) {
            List<CompletableFuture<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < requests.size(); i++) {
                int number = i;
                answers.add(CompletableFuture.supplyAsync(
                        () -> ask(gateway, model, requests.get(number), number), clients));
            }
            for (int i = 0; i < requests.size(); i++) {
                JsonArray together = Waiting.await(answers.get(i)).data();
                assertEquals(alone.get(i).size(), together.size());
                for (int element = 0; element < together.size(); element++) {
                    difference =
                            Math.max(difference, Math.abs(alone.get(i).getFloat(element) - together.getFloat(element)));
                }
            }
        }
        return difference;
    }

    private static List<JsonObject> randomRequests(String input, int... row) {
        Random random = new Random(SEED);
        List<JsonObject> requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            JsonArray shape = JsonArray.of(1 + random.nextInt(MOST_ROWS));
            for (int size : row) {
                shape.add(size);
            }
            requests.add(request(input, shape, random));
        }
        return requests;
    }

    private double largestDifference(String model, Path file, String yaml, List<JsonObject> requests) {
        Path repository = new Repository(models)
                .with(model, "1", file)
                .config(model, yaml)
                .root();
        try (RunningGateway gateway = RunningGateway.start(repository, "worker.instances=2")) {
            double difference = largestDifference(gateway, model, requests);
            MetricsPage metrics = gateway.metrics();
            int rows = requests.stream()
                    .mapToInt(request -> request.getJsonArray("inputs")
                            .getJsonObject(0)
                            .getJsonArray("shape")
                            .getInteger(0))
                    .sum();
            assertEquals(2 * rows, metrics.value("sluice_batch_rows_sum", "model=\"" + model + "\""));
            assertTrue(
                    metrics.value("sluice_batch_rows_count", "model=\"" + model + "\"") < 2 * REQUESTS,
                    "no two shared a batch");
            return difference;
        }
    }

    @Test
    void theSmallNetworkAnswersTheSameToTheBit() {
        Path file = Places.ROOT.resolve("loadtest/models/mlp/1/model.onnx");
        double d = largestDifference("mlp", file, "max_batch_rows: 32", randomRequests("image", 784));
        System.out.println("DIFF mlp " + d);
    }

    @Test
    void theSmallNetworkAnswersTheSameInPieces() {
        Path file = Places.ROOT.resolve("loadtest/models/mlp/1/model.onnx");
        double d = largestDifference("mlp", file, "max_batch_rows: 2", randomRequests("image", 784));
        System.out.println("DIFF mlp pieces " + d);
    }

    @Test
    void aRealNetworkAnswersTheSame() {
        Path file = Places.shared("models").resolve("mnist_cnn/model.onnx");
        double d = largestDifference("cnn", file, "max_batch_rows: 16", randomRequests("input_image", 1, 28, 28));
        System.out.println("DIFF cnn " + d);
    }
}
