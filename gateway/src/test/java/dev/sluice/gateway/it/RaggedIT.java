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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests of different lengths share batches, and each is answered as it would be alone. */
class RaggedIT {

    private static final int CLIENTS = 400;
    private static final String MASKED = "ragged_axes: [x.1, mask.1]\n";

    /** Masked tokens weigh nothing, but for other sizes an engine may add in another order; here it did not. */
    private static final double TOLERANCE = 1e-5;

    @TempDir
    Path models = Path.of(".");

    private RunningGateway start(Repository repository) {
        return RunningGateway.start(repository.root(), "worker.instances=1");
    }

    private static List<Answer> inferAll(RunningGateway gateway, String model, List<String> bodies) {
        List<CompletableFuture<Answer>> answers =
                bodies.stream().map(body -> gateway.inferLater(model, body)).toList();
        return answers.stream().map(Waiting::await).toList();
    }

    private static double batches(RunningGateway gateway, String model) {
        return gateway.metrics().value("sluice_batch_rows_count", "model=\"" + model + "\"");
    }

    /** Small whole numbers, whose sums are exact in any order. */
    private static String masked(int rows, int length, Random random) {
        String x = IntStream.range(0, rows * length)
                .mapToObj(i -> String.valueOf(random.nextInt(1000)))
                .collect(Collectors.joining(",", "[", "]"));
        String mask = "[" + "1,".repeat(rows * length - 1) + "1]";
        String shape = "[" + rows + "," + length + "]";
        return Requests.inputs(Requests.tensor("x", "FP32", shape, x), Requests.tensor("mask", "FP32", shape, mask));
    }

    @Test
    void answersOfPaddedBatchesAreThoseOfSingleRequests() {
        Random random = new Random(7);
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            bodies.add(masked(1 + random.nextInt(3), 1 + random.nextInt(40), random));
        }
        try (RunningGateway gateway =
                start(new Repository(models).with("masked").config("masked", MASKED))) {
            List<JsonArray> alone = bodies.stream()
                    .map(body -> gateway.infer("masked", body).outputs())
                    .toList();
            double before = batches(gateway, "masked");
            List<Answer> together = inferAll(gateway, "masked", bodies);
            for (int i = 0; i < CLIENTS; i++) {
                assertEquals(alone.get(i), together.get(i).outputs());
            }
            double shared = batches(gateway, "masked") - before;
            assertTrue(shared < CLIENTS, CLIENTS + " requests took " + shared + " batches");
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void aLargeRequestGoesInPiecesThatSharePaddedBatches() {
        Random random = new Random(8);
        String large = masked(100, 13, random);
        try (RunningGateway gateway =
                start(new Repository(models).with("masked").config("masked", MASKED + "max_batch_rows: 8\n"))) {
            JsonArray outputs = gateway.infer("masked", large).outputs();
            assertEquals(JsonArray.of(100, 13), outputs.getJsonObject(0).getJsonArray("shape"));
            JsonArray sent = new JsonObject(large)
                    .getJsonArray("inputs")
                    .getJsonObject(0)
                    .getJsonArray("data");
            for (int i = 0; i < sent.size(); i++) {
                assertEquals(
                        sent.getInteger(i).floatValue(),
                        outputs.getJsonObject(0).getJsonArray("data").getFloat(i));
            }
            assertEquals(13, batches(gateway, "masked"));
        }
    }

    @Test
    void whatTheModelContradictsIsAnErrorOfLoading() {
        Repository repository =
                new Repository(models).with("masked").config("masked", "slo: 1s\nragged_axes: [x.1, mask.7]\n");
        try (RunningGateway gateway = start(repository)) {
            String error = gateway.get("/v2/models/masked").body();
            assertTrue(
                    error.contains("masked/model.yaml:2: ragged_axes: names no axis of an input (got mask.7"), error);
        }
    }

    @Test
    void aRealTextModelWithAMaskAnswersAsAlone() {
        Path file = Places.shared("models").resolve("tinybert/model.onnx");
        Random random = new Random(9);
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < CLIENTS / 2; i++) {
            bodies.add(text(1 + random.nextInt(60), random));
        }
        String yaml = "ragged_axes: [input_ids.1, attention_mask.1, token_type_ids.1]\npad_values: [input_ids=2]\n";
        try (RunningGateway gateway =
                start(new Repository(models).with("tinybert", "1", file).config("tinybert", yaml))) {
            List<JsonArray> alone = bodies.stream()
                    .map(body -> gateway.infer("tinybert", body).outputs())
                    .toList();
            double before = batches(gateway, "tinybert");
            List<Answer> together = inferAll(gateway, "tinybert", bodies);
            double difference = 0;
            for (int i = 0; i < bodies.size(); i++) {
                difference = Math.max(
                        difference, difference(alone.get(i), together.get(i).outputs()));
            }
            assertTrue(difference <= TOLERANCE, "an answer differs by " + difference);
            double shared = batches(gateway, "tinybert") - before;
            assertTrue(shared < bodies.size(), bodies.size() + " requests took " + shared + " batches");
        }
    }

    private static String text(int length, Random random) {
        String shape = "[1," + length + "]";
        String ids = IntStream.range(0, length)
                .mapToObj(i -> String.valueOf(3 + random.nextInt(1600)))
                .collect(Collectors.joining(",", "[", "]"));
        return Requests.inputs(
                Requests.tensor("input_ids", "INT64", shape, ids),
                Requests.tensor("attention_mask", "INT64", shape, "[" + "1,".repeat(length - 1) + "1]"),
                Requests.tensor("token_type_ids", "INT64", shape, "[" + "0,".repeat(length - 1) + "0]"));
    }

    private static double difference(JsonArray alone, JsonArray together) {
        double most = 0;
        assertEquals(alone.size(), together.size());
        for (int output = 0; output < alone.size(); output++) {
            JsonObject one = alone.getJsonObject(output);
            JsonObject other = together.getJsonObject(output);
            assertEquals(one.getJsonArray("shape"), other.getJsonArray("shape"));
            for (int i = 0; i < one.getJsonArray("data").size(); i++) {
                float difference = one.getJsonArray("data").getFloat(i)
                        - other.getJsonArray("data").getFloat(i);
                most = Math.max(most, Math.abs(difference));
            }
        }
        return most;
    }
}
