package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every real model beside the checkout answers its recorded requests as recorded, alone and in company. */
class ModelVectorsIT {

    private static final int REPETITIONS = 5;

    @TempDir
    static Path models;

    private static @Nullable RunningGateway started;
    private static final List<String> NAMES = new ArrayList<>();
    private static final List<TestVector> VECTORS = new ArrayList<>();

    @BeforeAll
    static void start() throws IOException {
        Path data = Places.shared("models");
        try (Stream<Path> folders = Files.list(data)) {
            folders.sorted().map(Path::getFileName).map(Path::toString).forEach(NAMES::add);
        }
        Repository repository = new Repository(models);
        NAMES.forEach(name -> repository.with(name, "1", data.resolve(name).resolve("model.onnx")));
        try (Stream<Path> files = Files.walk(data)) {
            List<Path> tests = files.filter(
                            file -> file.getFileName().toString().matches("test_\\d+\\.json"))
                    .sorted()
                    .toList();
            for (Path test : tests) {
                VECTORS.add(TestVector.read(test));
            }
        }
        started = RunningGateway.start(models, "worker.instances=1");
    }

    @AfterAll
    static void stop() {
        if (started != null) {
            started.close();
        }
    }

    private static RunningGateway gateway() {
        return Objects.requireNonNull(started);
    }

    private static Stream<TestVector> vectors() {
        return VECTORS.stream().filter(vector -> !vector.takesHalfPrecision());
    }

    @TestFactory
    Stream<DynamicTest> loads() {
        return NAMES.stream()
                .map(name -> DynamicTest.dynamicTest(
                        name,
                        () -> assertEquals(
                                200,
                                gateway().get("/v2/models/" + name + "/ready").status(),
                                reason(name))));
    }

    private static String reason(String name) {
        return gateway().get("/v2/models/" + name).body();
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecorded() {
        return vectors()
                .map(vector -> DynamicTest.dynamicTest(
                        vector.model() + "/" + vector.name(),
                        () -> vector.check(gateway().infer(vector.model(), vector.body()))));
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedInCompany() {
        return vectors().collect(Collectors.groupingBy(TestVector::model)).entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(each.getKey(), () -> checkTogether(each.getValue())));
    }

    private static void checkTogether(List<TestVector> vectors) {
        List<CompletableFuture<Answer>> answers = new ArrayList<>();
        for (int i = 0; i < REPETITIONS; i++) {
            for (TestVector vector : vectors) {
                answers.add(gateway().inferLater(vector.model(), vector.body()));
            }
        }
        for (int i = 0; i < answers.size(); i++) {
            vectors.get(i % vectors.size()).check(Waiting.await(answers.get(i)));
        }
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedInRawBytes() {
        return overBinary(input -> true, true);
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedInJsonToRawBytes() {
        return overBinary(input -> true, false);
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedToJsonAndRawBytesMixed() {
        return overBinary(input -> input % 2 == 1, true);
    }

    private static Stream<DynamicTest> overBinary(IntPredicate rawInput, boolean rawOutputs) {
        return VECTORS.stream()
                .filter(vector -> rawInput.test(0) || !vector.takesHalfPrecision())
                .map(vector -> DynamicTest.dynamicTest(
                        vector.model() + "/" + vector.name(),
                        () -> vector.check(
                                BinaryWire.infer(gateway(), vector.model(), vector.request(), rawInput, rawOutputs))));
    }

    @TestFactory
    Stream<DynamicTest> refusesInputsThatHaveNoJsonForm() {
        return VECTORS.stream()
                .filter(TestVector::takesHalfPrecision)
                .map(vector -> DynamicTest.dynamicTest(vector.model() + "/" + vector.name(), () -> {
                    String error =
                            gateway().infer(vector.model(), vector.body()).error(400);
                    assertTrue(error.contains("has no JSON form"), error);
                }));
    }

    @Test
    void leavesOutAnOutputThatIsNoTensorAndServesTheOther() {
        JsonObject metadata =
                gateway().get("/v2/models/sklearn_zipmap_negative").json();
        assertEquals(1, metadata.getJsonArray("outputs").size(), metadata.encode());
        JsonObject input = metadata.getJsonArray("inputs").getJsonObject(0);
        String data = Stream.generate(() -> "0.5")
                .limit(input.getJsonArray("shape").getLong(1))
                .collect(Collectors.joining(",", "[", "]"));
        String shape = "[1," + input.getJsonArray("shape").getLong(1) + "]";
        Answer answer = gateway()
                .infer(
                        "sklearn_zipmap_negative",
                        Requests.inputs(
                                Requests.tensor(input.getString("name"), input.getString("datatype"), shape, data)));
        assertFalse(answer.data().isEmpty(), answer.body());
        assertEquals(1, answer.outputs().size(), answer.body());
    }

    @Test
    void nothingIsLeftInFlight() {
        gateway().awaitNothingInFlight();
        assertEquals(0, gateway().metrics().value("sluice_requests_total", "outcome=\"engine_failure\""));
    }
}
