package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Runs the real models of the shared data, every test vector of each. */
class OnnxVectorsIT {

    private static final Path MODELS = Path.of("../../shared/data/models");

    /** Those whose inputs and outputs all have a row axis; in the rest axis 0 is fixed, absent or something else. */
    private static final Set<String> BATCHED = Set.of(
            "cast_bf16_to_fp32",
            "cast_fp16_to_fp32",
            "cast_fp32_to_bf16",
            "cast_fp32_to_fp16",
            "dynamic_axes_rank1_out",
            "lgbm_classifier",
            "linear_classifier",
            "magika_v3_3",
            "mnist_cnn",
            "sentence_boundary_uint8",
            "sklearn_zipmap_negative",
            "squeezenet_fp32",
            "style_candy_720",
            "super_resolution",
            "three_outputs",
            "tinybert",
            "titanic_pipeline",
            "transformer_int32",
            "triton_dyna_sequence",
            "triton_identity_string",
            "triton_simple",
            "triton_simple_int8",
            "triton_simple_string");

    @BeforeEach
    void onlyWithTheSharedData() {
        assumeTrue(Files.isDirectory(MODELS), MODELS.toAbsolutePath().normalize() + " is not here");
    }

    @TestFactory
    Stream<DynamicNode> everyVectorComesOutAsExpected() throws IOException {
        return models().map(model -> dynamicContainer(
                model.getFileName().toString(),
                vectors(model).map(file -> dynamicTest(file.getFileName().toString(), () -> check(model, file)))));
    }

    /** Bit for bit, whether the engine has optimised it just now or at an earlier load. */
    @Test
    void whatWasOptimisedBeforeAnswersTheSame(@TempDir Path kept) throws Exception {
        Engine engine = new OnnxEngine(Optional.of(new OptimizedFiles(kept.resolve("optimized"), 1 << 30)));
        EngineOptions options = new EngineOptions(1);
        for (Path folder : models().toList()) {
            Path file = folder.resolve("model.onnx");
            try (LoadedModel asItIs = load(folder);
                    LoadedModel first = engine.load(file, options);
                    LoadedModel again = engine.load(file, options)) {
                assertFalse(first.optimizedBefore());
                assertTrue(again.optimizedBefore(), folder.toString());
                assertEquals(asItIs.signature(), again.signature());
                assertEquals(asItIs.labels(), again.labels());
                for (Path vector : vectors(folder).toList()) {
                    List<Tensor> inputs = V2Case.read(vector).inputs();
                    List<String> outputs = asItIs.signature().outputs().stream()
                            .map(TensorSpec::name)
                            .toList();
                    List<Tensor> expected = TestModels.run(asItIs, inputs, outputs);
                    assertEquals(expected, TestModels.run(first, inputs, outputs), vector.toString());
                    assertEquals(expected, TestModels.run(again, inputs, outputs), vector.toString());
                }
            }
        }
    }

    @Test
    void onlyModelsWithARowAxisAreBatched() throws Exception {
        Set<String> batched = new TreeSet<>();
        for (Path folder : models().toList()) {
            try (LoadedModel model = load(folder)) {
                if (model.signature().batched()) {
                    batched.add(folder.getFileName().toString());
                }
            }
        }
        assertEquals(new TreeSet<>(BATCHED), batched);
    }

    @Test
    void outputsThatAreNoTensorsAreLeftOut() throws Exception {
        try (LoadedModel model = load(MODELS.resolve("sklearn_zipmap_negative"))) {
            assertEquals(
                    List.of("output_label"),
                    model.signature().outputs().stream().map(TensorSpec::name).toList());
        }
    }

    @Test
    void aBatchGivesTheSameAsItsRowsAlone() throws Exception {
        Path folder = MODELS.resolve("mnist_cnn");
        try (LoadedModel model = load(folder)) {
            V2Case vector = V2Case.read(folder.resolve("test_1.json"));
            Tensor digits = vector.inputs().getFirst();
            int digitBytes = digits.byteCount() / (int) digits.rows();
            for (int row = 0; row < digits.rows(); row++) {
                Tensor digit = digits.view(1, row * digitBytes, digitBytes);
                Tensor alone = TestModels.run(model, List.of(digit), List.of("output_probs"))
                        .getFirst();
                Tensor expected = vector.outputs().getFirst().tensor().view(1, row * 40, 40);
                assertClose(new V2Case.Expected(expected, new V2Case.Tolerance(1e-4, 1e-4)), alone);
            }
        }
    }

    private static void check(Path folder, Path file) throws Exception {
        V2Case vector = V2Case.read(file);
        try (LoadedModel model = load(folder)) {
            assertFits(model, vector.inputs());
            List<String> names = vector.outputs().stream()
                    .map(output -> output.tensor().name())
                    .toList();
            List<Tensor> outputs = TestModels.run(model, vector.inputs(), names);
            for (int i = 0; i < outputs.size(); i++) {
                assertClose(vector.outputs().get(i), outputs.get(i));
            }
            assertSameInKeptMemory(model, vector.inputs(), outputs);
        }
    }

    /** Bit for bit, and in a second call as well, which finds there what the first has written. */
    private static void assertSameInKeptMemory(LoadedModel model, List<Tensor> inputs, List<Tensor> expected) {
        List<String> names = expected.stream().map(Tensor::name).toList();
        try (ModelInstance instance = model.newInstance(64, 64 << 20)) {
            for (int call = 0; call < 2; call++) {
                assertEquals(expected, instance.run(inputs, names));
            }
        }
    }

    private static void assertFits(LoadedModel model, List<Tensor> inputs) {
        for (Tensor input : inputs) {
            TensorSpec spec = model.signature().inputs().get(model.signature().indexOfInput(input.name()));
            assertEquals(spec.dataType(), input.dataType());
            assertTrue(spec.shape().accepts(input.shape()), () -> spec + " does not accept " + input);
        }
    }

    private static void assertClose(V2Case.Expected output, Tensor got) {
        Tensor expected = output.tensor();
        assertEquals(expected.toString(), got.toString());
        if (output.tolerance().equals(new V2Case.Tolerance(0, 0))) {
            assertEquals(expected.data(), got.data(), expected.name());
            return;
        }
        Shape shape = expected.shape();
        for (int i = 0; i < shape.elementCount(); i++) {
            double want = V2Case.element(expected, i);
            double have = V2Case.element(got, i);
            assertTrue(output.tolerance().accepts(want, have), expected + "[" + i + "]: " + have + " not " + want);
        }
    }

    private static LoadedModel load(Path folder) throws ModelLoadException {
        return TestModels.engine().load(folder.resolve("model.onnx"), new EngineOptions(1));
    }

    private static Stream<Path> models() throws IOException {
        try (Stream<Path> folders = Files.list(MODELS)) {
            return folders.sorted().toList().stream();
        }
    }

    private static Stream<Path> vectors(Path model) {
        try (Stream<Path> files = Files.list(model)) {
            List<Path> vectors = files.filter(
                            file -> file.getFileName().toString().startsWith("test_"))
                    .sorted()
                    .toList();
            return vectors.stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
