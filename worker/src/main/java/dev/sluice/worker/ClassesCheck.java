package dev.sluice.worker;

import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.TransformConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of labels, held against the output that they are the classes of.
 *
 * @thread the loading thread of the model: reads a file
 * @bound {@value #MOST_BYTES} bytes of labels
 * @errors problems by the key that they are about
 */
final class ClassesCheck {

    private static final String SECTION = "transform.output.";
    private static final int MOST_BYTES = 1 << 20;
    private static final Set<DataType> TYPES = Set.of(DataType.FP32, DataType.FP16, DataType.FP64);

    private final TransformConfig.Output config;
    private final ModelLocation location;
    private final Signature signature;
    private final Map<String, String> problems;
    private List<String> labels = List.of();

    ClassesCheck(
            TransformConfig.Output config, ModelLocation location, Signature signature, Map<String, String> problems) {
        this.config = config;
        this.location = location;
        this.signature = signature;
        this.problems = problems;
    }

    /** Those of the file that it names; to be asked for after {@link #read}. */
    List<String> labels() {
        return labels;
    }

    /** What it says; null when that is impossible, and then there are problems. */
    @Nullable
    ClassOutput read() {
        TensorSpec output = output();
        if (output == null) {
            return null;
        }
        if (!TYPES.contains(output.dataType())) {
            problems.put(SECTION + "kind", "classes are counted by FP32, FP16 or FP64, and " + output + " is not");
        }
        if (!config.labels().isEmpty()) {
            readLabels(classes(output));
        }
        return new ClassOutput(output.name(), config.softmax(), config.top(), config.threshold());
    }

    private @Nullable TensorSpec output() {
        List<TensorSpec> outputs = signature.outputs();
        TensorSpec output = config.name().isEmpty()
                ? (outputs.size() == 1 ? outputs.getFirst() : null)
                : signature.output(config.name());
        if (output == null) {
            problems.put(SECTION + "name", "must be one of the model's outputs, " + outputs);
        }
        return output;
    }

    /** How many it counts, or {@link Shape#VARIABLE}. */
    private long classes(TensorSpec output) {
        Shape row = signature.batched() ? output.shape().withRows(1) : output.shape();
        return row.isFixed() ? row.elementCount() : Shape.VARIABLE;
    }

    private void readLabels(long classes) {
        try {
            labels = lines(file());
            if (classes != Shape.VARIABLE && classes != labels.size()) {
                problems.put(
                        SECTION + "labels",
                        "the file has " + labels.size() + " lines, and the output counts " + classes + " classes");
            }
        } catch (CharacterCodingException binary) {
            problems.put(SECTION + "labels", "the file is not UTF-8");
        } catch (IOException unreadable) {
            problems.put(SECTION + "labels", "the file cannot be read: " + unreadable);
        }
    }

    /** That of the version before that of all versions. */
    private Path file() {
        Path own = location.modelFile().resolveSibling(config.labels());
        return Files.exists(own) ? own : location.configFile().resolveSibling(config.labels());
    }

    private static List<String> lines(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new IOException(file + " is longer than " + MOST_BYTES + " bytes");
            }
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.stripTrailing().lines().map(String::strip).toList();
        }
    }
}
