package dev.sluice.worker.repository;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the {@code config.pbtxt} of somebody who comes from Triton says of a model, as far as it means something here.
 *
 * @param settings what a model.yaml says in other words, which wins where both say something
 * @param kinds what it says of the model's file
 * @param claims what it says of the model's inputs and outputs
 * @param unsupported its fields that change nothing here, each once
 * @thread immutable
 * @bound {@value #MOST_BYTES} bytes of file
 * @source Triton Inference Server, model_config.proto
 */
public record TritonConfig(List<Assignment> settings, List<Kind> kinds, List<Claim> claims, List<String> unsupported) {

    static final String FILE = "config.pbtxt";
    static final int MOST_BYTES = 1 << 20;

    static final TritonConfig NONE = new TritonConfig(List.of(), List.of(), List.of(), List.of());

    public TritonConfig {
        settings = List.copyOf(settings);
        kinds = List.copyOf(kinds);
        claims = List.copyOf(claims);
        unsupported = List.copyOf(unsupported);
    }

    /**
     * Which kind of model it says that this is.
     *
     * @param place as errors are to name it
     * @param said a platform, a backend or the name of a file
     */
    record Kind(String place, String said) {

        /** Without the place, which says nothing of the model. */
        @Override
        public String toString() {
            return said;
        }

        Stream<String> faults(String name) {
            return modelFile().equals(name)
                    ? Stream.empty()
                    : Stream.of(place + ": does not go with " + name + " (got " + said + ")");
        }

        private String modelFile() {
            return switch (said) {
                case "onnxruntime_onnx", "onnxruntime" -> "model.onnx";
                case "pytorch_libtorch", "pytorch" -> "model.pt";
                case "tensorflow_savedmodel", "tensorflow" -> "model.savedmodel";
                default -> said;
            };
        }
    }

    /**
     * What it says of one input or output.
     *
     * @param place as errors are to name it
     * @param rows whether its dimensions stand behind an axis 0 that counts rows
     * @param type null if it says nothing of that
     * @param dims null if it says nothing of them
     */
    record Claim(
            String place,
            boolean input,
            String name,
            boolean rows,
            @Nullable DataType type,
            @Nullable Shape dims) {

        /** Without the place, which says nothing of the model. */
        @Override
        public String toString() {
            return (input ? "input " : "output ") + name + " " + rows + " " + type + dims;
        }

        Stream<String> faults(Signature signature) {
            List<TensorSpec> all = input ? signature.inputs() : signature.outputs();
            TensorSpec tensor = all.stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElse(null);
            if (tensor == null) {
                return Stream.of(
                        place + ": the model has no such " + (input ? "input" : "output") + " (it has " + all + ")");
            }
            List<String> faults = new ArrayList<>();
            if (type != null && type != tensor.dataType()) {
                faults.add(place + ": data_type: the model has " + tensor + " (got " + type + ")");
            }
            if (dims != null && !fits(tensor.shape(), dims)) {
                faults.add(place + ": dims: the model has " + tensor + " (got " + dims
                        + (rows ? " behind the rows that max_batch_size counts)" : ")"));
            }
            return faults.stream();
        }

        /** What the model leaves open may be said; what it says may not be left open. */
        private boolean fits(Shape model, Shape said) {
            int behind = rows ? 1 : 0;
            if (model.rank() != said.rank() + behind || (rows && model.dimension(0) != Shape.VARIABLE)) {
                return false;
            }
            for (int axis = 0; axis < said.rank(); axis++) {
                long has = model.dimension(axis + behind);
                if (has != Shape.VARIABLE && has != said.dimension(axis)) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * Of the model with that model.yaml; nothing if there is no such file beside it.
     *
     * @throws SettingsException with all that is wrong with it
     */
    public static TritonConfig beside(Path modelYaml) {
        Path file = modelYaml.resolveSibling(FILE);
        try (InputStream content = Files.newInputStream(file)) {
            byte[] bytes = content.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new SettingsException(List.of(file + ": is too large (expected at most 1 MiB)"));
            }
            return new TritonConfigReader(file).read(new String(bytes, StandardCharsets.UTF_8));
        } catch (NoSuchFileException thereIsNone) {
            return NONE;
        } catch (IOException e) {
            throw new SettingsException(List.of(file + ": cannot be read: " + e));
        }
    }

    /**
     * Compares what it says of the model's file with the file of a version.
     *
     * @throws SettingsException with each contradiction
     */
    public void check(Path modelFile) {
        String name = modelFile.getFileName().toString();
        refuse(kinds.stream().flatMap(kind -> kind.faults(name)).toList());
    }

    /**
     * Compares what it says of inputs and outputs with what the model has.
     *
     * @throws SettingsException with each contradiction
     */
    public void check(Signature signature) {
        refuse(claims.stream().flatMap(claim -> claim.faults(signature)).toList());
    }

    private static void refuse(List<String> faults) {
        if (!faults.isEmpty()) {
            throw new SettingsException(faults);
        }
    }

    /** What its owner should know although the model is served. */
    public List<String> remarks() {
        return unsupported.isEmpty()
                ? List.of()
                : List.of(FILE + " says what has no effect here: " + String.join(", ", unsupported));
    }

    /** All that a version depends on that is loaded, beside its settings, as text. */
    String ofLoading() {
        return kinds + " " + claims + " " + unsupported;
    }
}
