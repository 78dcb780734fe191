package dev.sluice.worker.repository;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.contract.VersionPolicy;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file of Triton means here, what it does not, and who wins. */
class TritonConfigTest {

    private static final Signature MODEL = new Signature(
            List.of(new TensorSpec("x", DataType.FP32, new Shape(-1, 3, -1))),
            List.of(new TensorSpec("y", DataType.BYTES, new Shape(-1, 10))),
            true);

    @TempDir
    private Path root;

    private Path folder;
    private Path yaml;

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createDirectory(root.resolve("cat"));
        yaml = folder.resolve("model.yaml");
    }

    private TritonConfig triton(String text) throws IOException {
        Files.writeString(folder.resolve("config.pbtxt"), text);
        return TritonConfig.beside(yaml);
    }

    private ModelConfig config(String text) throws IOException {
        triton(text);
        return ModelConfig.read(yaml);
    }

    private List<String> problems(String text) throws IOException {
        Files.writeString(folder.resolve("config.pbtxt"), text);
        List<String> problems = assertThrows(SettingsException.class, () -> {
                    ModelConfig.read(yaml);
                    TritonConfig.beside(yaml).check(MODEL);
                })
                .problems();
        return problems.stream()
                .map(problem -> problem.replace(folder + "/", ""))
                .toList();
    }

    @Test
    void noFileSaysNothing() {
        assertEquals(List.of(), TritonConfig.beside(yaml).settings());
        assertEquals(List.of(), TritonConfig.beside(yaml).remarks());
    }

    @Test
    void aUsualFileServesAsItIs() throws IOException {
        String text = """
                name: "cat"
                platform: "onnxruntime_onnx"
                backend: "onnxruntime"
                max_batch_size: 8
                input [ { name: "x" data_type: TYPE_FP32 dims: [ 3, -1 ] } ]
                output [ { name: "y", data_type: TYPE_STRING, dims: 10 } ]
                instance_group [ { count: 2 kind: KIND_CPU }, { count: 1 } ]
                dynamic_batching {
                  preferred_batch_size: [ 4, 8 ]
                  max_queue_delay_microseconds: 500
                  preserve_ordering: true
                  priority_levels: 2
                  default_queue_policy { timeout_action: REJECT max_queue_size: 64 allow_timeout_override: true }
                }
                version_policy: { latest { num_versions: 2 } }
                parameters { key: "intra_op_thread_count" value: { string_value: "3" } }
                """;
        ModelConfig config = config(text);
        assertEquals(8, config.maxBatchRows());
        assertEquals(List.of("3"), config.instances());
        assertEquals(List.of(4, 8), config.preferredRows());
        assertEquals(Duration.ofNanos(500_000), config.maxQueueDelay());
        assertEquals(true, config.preserveOrdering());
        assertEquals(64, config.maxQueueRequests());
        assertEquals(new VersionPolicy.Latest(2), config.versionPolicy());
        assertEquals(3, config.intraOpThreads());
        TritonConfig triton = TritonConfig.beside(yaml);
        triton.check(MODEL);
        assertEquals(List.of(), triton.remarks());
    }

    @Test
    void otherVersionsAndNoBatching() throws IOException {
        assertEquals(
                new VersionPolicy.All(), config("version_policy { all { } }").versionPolicy());
        assertEquals(
                VersionPolicy.parse(List.of("1", "3")),
                config("version_policy { specific { versions: [1, 3] } }").versionPolicy());
        assertEquals(
                VersionPolicy.NEWEST, config("version_policy { latest { } }").versionPolicy());
        assertEquals(ModelConfig.Batching.OFF, config("max_batch_size: 0").batching());
        assertEquals(
                0,
                config("dynamic_batching { default_queue_policy { max_queue_size: 0 } }")
                        .maxQueueRequests());
    }

    private static String step(String model, String input, String from, String output, String to) {
        return "step { model_name: '" + model + "' input_map { key: '" + input + "' value: '" + from
                + "' } output_map { key: '" + output + "' value: '" + to + "' } }\n";
    }

    @Test
    void anEnsembleIsAPipeline() throws IOException {
        ModelConfig config = config("platform: 'ensemble'\ninput { name: 'IN' } output { name: 'OUT' }\n"
                + "ensemble_scheduling {\n"
                + step("dog.2", "a", "MID", "b", "OUT")
                + step("dog", "x", "IN", "y", "MID")
                + "}\n");
        assertEquals(
                List.of("s_dog_2 = dog.2(a=dog.y)", "dog = dog(x=IN)"),
                config.pipeline().stages());
        assertEquals(List.of("OUT=s_dog_2.b"), config.pipeline().outputs());
        Files.writeString(yaml, "pipeline: {stages: [a = cow(IN)], outputs: [a.y]}");
        assertEquals(List.of("a = cow(IN)"), ModelConfig.read(yaml).pipeline().stages());
    }

    @Test
    void noStepOfAnEnsembleHasTheNameOfAnotherOrOfAnInput() throws IOException {
        ModelConfig config =
                config("platform: 'ensemble'\ninput [{ name: 'dog' }, { name: 'cat_2' }] output { name: 'OUT' }\n"
                        + "ensemble_scheduling {\n"
                        + step("dog", "x", "dog", "y", "A")
                        + step("cat", "x", "A", "y", "B")
                        + step("cat", "x", "B", "y", "C")
                        + step("cat", "x", "cat_2", "y", "OUT")
                        + "}\n");
        assertEquals(
                List.of("dog_2 = dog(x=dog)", "cat = cat(x=dog_2.y)", "cat_3 = cat(x=cat.y)", "cat_4 = cat(x=cat_2)"),
                config.pipeline().stages());
    }

    @Test
    void anInputOfAnEnsembleWhoseNameCannotBeWrittenIsRefused() throws IOException {
        List<String> problems = problems("platform: 'ensemble'\ninput { name: 'IN.1' } output { name: 'OUT' }\n"
                + "ensemble_scheduling {\n" + step("dog", "x", "IN.1", "y", "OUT") + "}\n");
        assertEquals(
                List.of("config.pbtxt:3: ensemble_scheduling: has the input IN.1, and no input of a pipeline has a"
                        + " dot, comma, bracket, = or space"),
                problems);
    }

    @Test
    void anEnsembleThatLeadsNowhereIsRefused() throws IOException {
        List<String> problems = problems("input { name: 'IN' } output { name: 'OUT' }\nensemble_scheduling {\n"
                + step("dog", "x", "NOBODY", "y", "MID")
                + step("cat", "x", "IN", "y", "MID")
                + "}\nplatform: 'onnxruntime_onnx'");
        assertEquals(
                List.of(
                        "config.pbtxt:6: platform: does not go with what is served here (got onnxruntime_onnx; expected"
                                + " ensemble)",
                        "config.pbtxt:4: ensemble_scheduling.step: gives MID, which there is already",
                        "config.pbtxt:3: ensemble_scheduling.step: takes NOBODY, which neither clients nor other steps give",
                        "config.pbtxt:2: ensemble_scheduling: has no step that gives the output OUT"),
                problems);
    }

    private Signature declared(String text) throws IOException {
        return Objects.requireNonNull(config(text).signature().declared());
    }

    @Test
    void ofTorchScriptItDeclaresWhatTheModelTakesAndGivesByThePlacesInTheirNames() throws IOException {
        String tensors = """
                input { name: "N__1" data_type: TYPE_INT64 dims: [ 1 ] }
                input { name: "A__0" data_type: TYPE_FP32 dims: [ 2, -1 ] }
                output { name: "S" data_type: TYPE_FP32 dims: [ 10 ] }
                """;
        Signature declared = declared("backend: \"pytorch\" max_batch_size: 8 " + tensors);
        assertEquals("[A__0 FP32[-1,2,-1], N__1 INT64[-1,1]]", declared.inputs().toString());
        assertEquals("[S FP32[-1,10]]", declared.outputs().toString());
        assertEquals(true, declared.batched());
        assertEquals(
                false, declared("platform: \"pytorch_libtorch\" " + tensors).batched());
        assertEquals(
                ModelConfig.Batching.OFF,
                config("backend: 'pytorch' " + tensors).batching(),
                "of itself");
        assertEquals(null, config(tensors).signature().declared(), "an ONNX model says so itself");
    }

    @Test
    void theKindMustBeThatOfTheVersionsFile() throws IOException {
        TritonConfig said =
                triton("platform: 'pytorch_libtorch'\nbackend: 'pytorch' default_model_filename: 'model.pt'");
        assertDoesNotThrow(() -> said.check(folder.resolve("1/model.pt")));
        SettingsException refused =
                assertThrows(SettingsException.class, () -> said.check(folder.resolve("2/model.onnx")));
        assertEquals(
                List.of(
                        "config.pbtxt:1: platform: does not go with model.onnx (got pytorch_libtorch)",
                        "config.pbtxt:2: backend: does not go with model.onnx (got pytorch)",
                        "config.pbtxt:2: default_model_filename: does not go with model.onnx (got model.pt)"),
                refused.problems().stream()
                        .map(problem -> problem.replace(folder + "/", ""))
                        .toList());
    }

    @Test
    void theModelYamlWinsWhereBothSaySomething() throws IOException {
        Files.writeString(yaml, "instances: 4\nversions: [all]\nbatching: auto");
        ModelConfig config =
                config("instance_group { count: 2 } max_batch_size: 0 dynamic_batching { preserve_ordering: true }");
        assertEquals(List.of("4"), config.instances());
        assertEquals(new VersionPolicy.All(), config.versionPolicy());
        assertEquals(ModelConfig.Batching.AUTO, config.batching());
        assertEquals(true, config.preserveOrdering(), "of this it says nothing");
    }

    @Test
    void gpusThatAreNamedAreAGroupEach() throws IOException {
        ModelConfig config = config("""
                instance_group [
                  { count: 2 kind: KIND_GPU gpus: [ 0, 1 ] name: "fast" },
                  { gpus: 3 },
                  { count: 4 kind: KIND_CPU }
                ]
                """);
        List<String> groups = config.groups().stream()
                .map(group -> group.count() + " on " + group.device())
                .toList();
        assertEquals(List.of("2 on cuda:0", "2 on cuda:1", "1 on cuda:3", "4 on cpu"), groups);
    }

    @Test
    void whereAGroupIsThatNamesNoDeviceTheModelYamlSays() throws IOException {
        Files.writeString(yaml, "device: cuda:5");
        ModelConfig config = config("instance_group [ { gpus: 0 }, { count: 2 }, { kind: KIND_CPU } ]");
        List<String> devices = config.groups().stream().map(GroupConfig::device).toList();
        assertEquals(List.of("cuda:0", "cuda:5", "cpu"), devices);
    }

    @Test
    void aProblemOfAGroupIsSaidOnce() throws IOException {
        assertEquals(
                List.of("config.pbtxt:1: instance_group: is a single value (expected a section)"),
                problems("instance_group: 2"));
    }

    @Test
    void whatHasNoEffectIsNamedOnceAndServes() throws IOException {
        TritonConfig triton = triton("""
                input { name: "x" format: FORMAT_NCHW allow_ragged_batch: true optional: false }
                output { name: "y" label_filename: "l.txt" reshape { shape: [ 5, 2 ] } dims: [ 5, 2 ] }
                instance_group [ { kind: KIND_GPU } ]
                dynamic_batching {
                  priority_levels: 9
                  default_priority_level: 1
                  default_queue_policy { timeout_action: DELAY default_timeout_microseconds: 9 }
                  priority_queue_policy { key: 1 value { max_queue_size: 1 } }
                }
                sequence_batching { max_sequence_idle_microseconds: 5 }
                model_warmup [ { name: "a" }, { name: "b" } ]
                parameters { key: "execution_mode" value: { string_value: "1" } }
                new_in_triton_3: 5
                """);
        assertEquals(
                List.of(
                        "config.pbtxt says what has no effect here: input.format, input.allow_ragged_batch (ragged_axes in"
                                + " model.yaml), output.label_filename (labels in model.yaml), output.reshape,"
                                + " instance_group.kind KIND_GPU (on which one, gpus says, or device in model.yaml),"
                                + " dynamic_batching.priority_levels (there are 4), dynamic_batching.default_priority_level (it is 3"
                                + " of 4), dynamic_batching.default_queue_policy.timeout_action,"
                                + " dynamic_batching.default_queue_policy.default_timeout_microseconds (admission.request_timeout is"
                                + " for all models), dynamic_batching.priority_queue_policy, sequence_batching, model_warmup (it is"
                                + " warmed up by itself, and tested by golden samples), parameters.execution_mode,"
                                + " new_in_triton_3"),
                triton.remarks());
        triton.check(MODEL);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            name: "dog"                             | config.pbtxt:1: name: does not go with what is served here (got dog; expected cat)
            platform: "tensorrt_plan"               | config.pbtxt:1: platform: does not go with what is served here (got tensorrt_plan; expected onnxruntime_onnx or pytorch_libtorch or tensorflow_savedmodel)
            max_batch_size: many                    | config.pbtxt:1: max_batch_size: is not a whole number (got many)
            max_batch_size: -1                      | config.pbtxt:1: max_batch_size: max_batch_rows: is out of range (got -1; expected a whole number, from 0 to 65536)
            input { name: "x" data_type: TYPE_X }   | config.pbtxt:1: input.data_type: is unknown (got TYPE_X)
            input { name: "x" dims: -2 }            | config.pbtxt:1: input.dims: is no size (got -2)
            input: 5                                | config.pbtxt:1: input: is a single value (expected a section)
            instance_group { count: -3 gpus: 0 }    | config.pbtxt:1: instance_group.count: is no number of instances (got -3)
            instance_group [ { count: 3 }, { count: -1 } ] | config.pbtxt:1: instance_group.count: is no number of instances (got -1)
            instance_group { gpus: 0 kind: KIND_CPU } | config.pbtxt:1: instance_group.gpus: does not go with KIND_CPU
            instance_group { gpus: [ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16 ] } | config.pbtxt:1: instance_group: names more than 16 GPUs (got 17)
            max_batch_size { }                      | config.pbtxt:1: max_batch_size: is a section (expected a single value)
            version_policy { specific { } }         | config.pbtxt:1: version_policy.specific: versions: is empty (expected a list of texts)
            dynamic_batching { max_queue_delay_microseconds: 9 | config.pbtxt:1: dynamic_batching: is not closed (expected })
            input { name: "z" }                     | config.pbtxt:1: input z: the model has no such input (it has [x FP32[-1,3,-1]])
            input { name: "x" data_type: TYPE_FP16 } | config.pbtxt:1: input x: data_type: the model has x FP32[-1,3,-1] (got FP16)
            input { name: "x" dims: [ 3, 5 ] }      | config.pbtxt:1: input x: dims: the model has x FP32[-1,3,-1] (got [3,5])
            output { name: "y" dims: -1 } max_batch_size: 2 | config.pbtxt:1: output y: dims: the model has y BYTES[-1,10] (got [-1] behind the rows that max_batch_size counts)
            """)
    void whatContradictsIsNamedWithLineAndField(String text, String problem) throws IOException {
        if (problem.contains("max_batch_size: is")) {
            assertEquals(problem, problems(text).getFirst());
        } else {
            assertEquals(List.of(problem), problems(text));
        }
    }

    @Test
    void whatTheModelLeavesOpenMayBeSaid() throws IOException {
        triton("max_batch_size: 1 input { name: \"x\" dims: [ 3, 224 ] }").check(MODEL);
        triton("input { name: \"x\" dims: [ 4, 3, 224 ] }").check(MODEL);
        triton("input { name: \"x\" dims: [ -1, 3, -1 ] }").check(MODEL);
    }

    @Test
    void aFileThatIsTooLargeIsNotRead() throws IOException {
        assertEquals(
                List.of("config.pbtxt: is too large (expected at most 1 MiB)"),
                problems(" ".repeat(TritonConfig.MOST_BYTES + 1)));
    }

    @Test
    void aChangeOfItIsAChangeOfTheModel() throws IOException {
        Files.createDirectories(folder.resolve("1"));
        Files.writeString(folder.resolve("1/model.onnx"), "x");
        ModelRepository repository = new ModelRepository(root);
        triton("version_policy { latest { } }");
        var before = repository.scan().getFirst().versions();
        triton("version_policy { all { } } # longer");
        ModelFolder all = repository.scan().getFirst();
        assertEquals(new VersionPolicy.All(), all.policy());
        assertEquals(before, all.versions(), "what is loaded depends on it no more than before");
        triton("version_policy { all { } } instance_group { count: 2 }");
        ModelFolder two = repository.scan().getFirst();
        assertEquals(2, two.groups().getFirst().count());
        assertEquals(before, two.versions(), "their number changes while it serves");
        triton("input { name: 'x' }");
        assertEquals(false, before.equals(repository.scan().getFirst().versions()), "it is to be checked");
        Files.writeString(folder.resolve("config.pbtxt"), "input {");
        assertEquals(false, two.versions().equals(repository.scan().getFirst().versions()));
    }
}
