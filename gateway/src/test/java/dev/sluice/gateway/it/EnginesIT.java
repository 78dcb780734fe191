package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.engine.Engine;
import dev.sluice.worker.engine.EngineOptions;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelInstance;
import dev.sluice.worker.engine.ModelLoadException;
import dev.sluice.worker.engine.Placement;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for ONNX models holds for those of other engines, where the build has these, and without them is said clearly. */
class EnginesIT {

    private static final Path MODELS = Places.ROOT.resolve("worker/engines/models");
    private static final int CLIENTS = 200;

    /** y = x . weight + bias, in the form of each engine. */
    enum Kind {
        PYTORCH("torch_linear", "pytorch_libtorch"),
        TENSORFLOW("tf_linear", "tensorflow_savedmodel");

        private final String model;
        private final String platform;

        Kind(String model, String platform) {
            this.model = model;
            this.platform = platform;
        }

        String profile() {
            return "engine-" + toString().toLowerCase(Locale.ROOT);
        }

        boolean isBuilt() {
            return Boolean.getBoolean("test." + profile().replace('-', '.'));
        }
    }

    @TempDir
    private Path root;

    private void copy(String model) throws IOException {
        try (Stream<Path> files = Files.walk(MODELS.resolve(model))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = root.resolve(MODELS.relativize(file).toString());
                Files.createDirectories(target.resolveSibling(""));
                Files.copy(file, target);
            }
        }
    }

    private RunningGateway start(Kind kind) throws IOException {
        assumeTrue(kind.isBuilt(), "built without the profile " + kind.profile());
        copy(kind.model);
        return start();
    }

    private RunningGateway start() {
        return RunningGateway.start(
                root,
                "admin.port=-1",
                "worker.instances=1",
                "worker.warm_up_budget=0s",
                "worker.control.poll=100ms",
                "worker.control.settle=0s",
                "worker.drift.min_samples=50",
                "worker.drift.report_every=20ms");
    }

    private static String row(double a, double b) {
        return Requests.inputs(Requests.tensor("x", "FP32", "[1,2]", "[" + a + "," + b + "]"));
    }

    private static JsonArray expected(double a, double b) {
        return JsonArray.of(a + 4 * b + 0.5, 2 * a + 5 * b + 0.25, 3 * a + 6 * b + 0.125);
    }

    private static List<Double> numbers(JsonArray data) {
        return data.stream().map(each -> ((Number) each).doubleValue()).toList();
    }

    @ParameterizedTest
    @EnumSource
    void manyClientsShareBatchesAndEachGetsItsOwnAnswer(Kind kind) throws IOException {
        try (RunningGateway gateway = start(kind)) {
            JsonObject metadata = gateway.get("/v2/models/" + kind.model).json();
            assertEquals(kind.platform, metadata.getString("platform"));
            assertEquals(
                    JsonArray.of(-1, 3),
                    metadata.getJsonArray("outputs").getJsonObject(0).getJsonArray("shape"));
            JsonObject config =
                    gateway.get("/v2/models/" + kind.model + "/config").json();
            assertEquals(kind.profile(), "engine-" + config.getString("backend"));
            List<CompletableFuture<Answer>> answers = IntStream.range(0, CLIENTS)
                    .mapToObj(i -> gateway.inferLater(kind.model, row(i, 1)))
                    .toList();
            for (int i = 0; i < CLIENTS; i++) {
                assertEquals(
                        numbers(expected(i, 1)),
                        numbers(Waiting.await(answers.get(i)).data()));
            }
            MetricsPage metrics = gateway.metrics();
            String model = "model=\"" + kind.model + "\"";
            assertEquals(CLIENTS, metrics.value("sluice_batch_rows_sum", model), "rows out = rows in");
            assertTrue(metrics.value("sluice_batch_rows_count", model) < CLIENTS, "no two shared a batch");
            Waiting.until("its answers are watched", () -> gateway.metrics().value("sluice_drift_samples", model) > 0);
            gateway.awaitNothingInFlight();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatDoesNotFitIsRefusedAndInstancesChangeWhileItServes(Kind kind) throws IOException {
        try (RunningGateway gateway = start(kind)) {
            String narrow = Requests.inputs(Requests.tensor("x", "FP32", "[1,1]", "[1]"));
            assertTrue(gateway.infer(kind.model, narrow).error(400).contains("[-1,2]"));
            Answer three = gateway.admin("PUT", "/admin/v1/models/" + kind.model + "/instances", "{\"instances\":3}");
            assertEquals(200, three.status(), three.body());
            assertEquals(
                    expected(1, 2).size(),
                    gateway.infer(kind.model, row(1, 2)).data().size());
            Answer gone = gateway.admin("POST", "/admin/v1/models/" + kind.model + "/unload", "");
            assertEquals(200, gone.status(), gone.body());
            assertTrue(gateway.infer(kind.model, row(1, 2)).status() >= 400);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aVersionThatIsBrokenOrAnswersOtherwiseNeverServes(Kind kind) throws IOException {
        assumeTrue(kind.isBuilt(), "built without the profile " + kind.profile());
        copy(kind.model);
        String sample = """
            {"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2]}],
             "outputs":[{"name":"y","datatype":"FP32","shape":[1,3],"data":[9.5,12.25,%s]}]}
            """;
        Path first = root.resolve(kind.model).resolve("1");
        Path golden = Files.createDirectories(first.resolve("golden"));
        Files.writeString(golden.resolve("one.json"), sample.formatted("15.125"));
        try (RunningGateway gateway = start()) {
            assertEquals(200, gateway.infer(kind.model, row(1, 2)).status());
            copyVersion(kind, "2");
            Path wrong = Files.createDirectories(root.resolve(kind.model).resolve("2/golden"));
            Files.writeString(wrong.resolve("one.json"), sample.formatted("16"));
            Waiting.until("2 fails", () -> reason(gateway, kind, "2").contains("output y is 15.125 at 2"));
            copyVersion(kind, "3");
            truncate(root.resolve(kind.model).resolve("3"));
            Waiting.until("3 fails", () -> reason(gateway, kind, "3").contains("cannot load it"));
            assertEquals("1", gateway.infer(kind.model, row(1, 2)).json().getString("model_version"));
        }
    }

    private void copyVersion(Kind kind, String version) throws IOException {
        Path from = MODELS.resolve(kind.model).resolve("1");
        Path to = root.resolve(kind.model).resolve(version + ".tmp");
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.resolveSibling(""));
                Files.copy(file, target);
            }
        }
        Files.move(to, root.resolve(kind.model).resolve(version));
    }

    private static void truncate(Path version) throws IOException {
        try (Stream<Path> files = Files.walk(version)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Files.write(file, new byte[] {1, 2, 3});
            }
        }
    }

    private static String reason(RunningGateway gateway, Kind kind, String version) {
        return gateway.admin("GET", "/admin/v1/models/" + kind.model, "").json().getJsonArray("versions").stream()
                .map(JsonObject.class::cast)
                .filter(each -> each.getValue("version").toString().equals(version))
                .map(each -> each.getString("reason", ""))
                .findFirst()
                .orElse("");
    }

    @Test
    void twoInputsOfDifferentTypesAndTwoOutputsAsTritonsUsersDeclareThem() throws IOException {
        assumeTrue(Kind.PYTORCH.isBuilt(), "built without the profile engine-pytorch");
        copy("torch_pair");
        try (RunningGateway gateway = start()) {
            String body = Requests.inputs(
                    Requests.tensor("N__1", "INT64", "[2,1]", "[2,3]"),
                    Requests.tensor("A__0", "FP32", "[2,2]", "[1,2,3,4]"));
            JsonArray outputs = gateway.infer("torch_pair", body).outputs();
            assertEquals("PRODUCT__0", outputs.getJsonObject(0).getString("name"));
            assertEquals(
                    List.of(2.0, 4.0, 9.0, 12.0),
                    numbers(outputs.getJsonObject(0).getJsonArray("data")));
            assertEquals(List.of(2.0, 4.0), numbers(outputs.getJsonObject(1).getJsonArray("data")));
        }
    }

    @Test
    void aModuleThatWorksInPlaceLeavesARequestsMemoryAsItWas() throws ModelLoadException {
        assumeTrue(Kind.PYTORCH.isBuilt(), "built without the profile engine-pytorch");
        Engine torch = ServiceLoader.load(Engine.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(engine -> engine.modelFile().equals("model.pt"))
                .findFirst()
                .orElseThrow();
        Shape shape = new Shape(1, 2);
        Signature signature = new Signature(
                List.of(new TensorSpec("x", DataType.FP32, shape)),
                List.of(new TensorSpec("y", DataType.FP32, shape)),
                false);
        ByteBuffer sent = ByteBuffer.allocateDirect(8).order(ByteOrder.LITTLE_ENDIAN);
        sent.putFloat(0, 1).putFloat(4, 2);
        Path file = MODELS.resolve("torch_doubling/1/model.pt");
        try (LoadedModel doubling = torch.load(file, new EngineOptions(1, Placement.CPU, signature));
                ModelInstance instance = doubling.newInstance(1, 0)) {
            Tensor input = new Tensor("x", DataType.FP32, shape, sent);
            Tensor answer =
                    instance.run(new Object(), List.of(input), List.of("y")).getFirst();
            assertEquals(4, answer.data().getFloat(4));
            assertEquals(2, sent.getFloat(4));
        }
    }

    @Test
    void strings() throws IOException {
        assumeTrue(Kind.TENSORFLOW.isBuilt(), "built without the profile engine-tensorflow");
        copy("tf_upper");
        try (RunningGateway gateway = start()) {
            String body = Requests.inputs(Requests.tensor("text", "BYTES", "[2]", "[\"a\",\"bcd\"]"));
            assertEquals(
                    JsonArray.of("A", "BCD"), gateway.infer("tf_upper", body).data());
        }
    }

    @Test
    void aTorchScriptArchiveThatNobodyDeclaresSaysWhatItNeeds() throws IOException {
        assumeTrue(Kind.PYTORCH.isBuilt(), "built without the profile engine-pytorch");
        copy("torch_linear");
        Files.delete(root.resolve("torch_linear/model.yaml"));
        try (RunningGateway gateway = start()) {
            assertTrue(
                    reason(gateway, Kind.PYTORCH, "1").contains("signature.inputs"),
                    reason(gateway, Kind.PYTORCH, "1"));
        }
    }

    @Test
    void aTorchScriptArchiveThatIsDeclaredOtherwiseThanItIsNeverServes() throws IOException {
        assumeTrue(Kind.PYTORCH.isBuilt(), "built without the profile engine-pytorch");
        copy("torch_linear");
        Files.writeString(
                root.resolve("torch_linear/model.yaml"),
                "signature:\n  inputs: [\"x=FP32[-1,2]\"]\n  outputs: [\"y=FP32[-1,4]\"]\n");
        try (RunningGateway gateway = RunningGateway.start(root, "admin.port=-1", "worker.warm_up_budget=50ms")) {
            String reason = reason(gateway, Kind.PYTORCH, "1");
            assertTrue(reason.contains("its output y is FP32[1,3], and model.yaml declares y FP32[-1,4]"), reason);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aModelWhoseEngineIsNotBuiltSaysWhichProfileAddsIt(Kind kind) throws IOException {
        assumeFalse(kind.isBuilt(), "built with the profile " + kind.profile());
        copy(kind.model);
        try (RunningGateway gateway = start()) {
            String reason = reason(gateway, kind, "1");
            assertTrue(reason.contains("profile " + kind.profile()), reason);
        }
    }

    /** The default build has no class of them, so its jars and its downloads are what they were. */
    @ParameterizedTest
    @EnumSource
    void theClassPathHasAnEngineOnlyIfItsProfileWasAskedFor(Kind kind) {
        ClassLoader classes = EnginesIT.class.getClassLoader();
        List<String> resources = kind == Kind.PYTORCH
                ? List.of("dev/sluice/worker/engine/pytorch/package-info.class", "ai/djl/pytorch/engine/PtEngine.class")
                : List.of("dev/sluice/worker/engine/tensorflow/package-info.class", "org/tensorflow/TensorFlow.class");
        for (String resource : resources) {
            assertEquals(kind.isBuilt(), classes.getResource(resource) != null, resource);
        }
    }
}
