package dev.sluice.worker;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.EmbeddingOutput.Pooling;
import dev.sluice.worker.contract.LabelsOutput;
import dev.sluice.worker.contract.OutputTransform;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.contract.ValuesOutput;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.TransformConfig;
import dev.sluice.worker.repository.TransformConfig.OutputKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a model.yaml says of an answer, held against the output that it is made of.
 *
 * @thread the loading thread of the model: reads a file
 * @bound {@value #MOST_BYTES} bytes of labels
 * @errors problems by the key that they are about
 */
final class OutputCheck {

    private static final String SECTION = "transform.output.";
    private static final int MOST_BYTES = 1 << 20;
    static final Set<DataType> FLOATS = Set.of(DataType.FP32, DataType.FP16, DataType.FP64);
    private static final int VECTORS = 2;
    private static final int VECTORS_OF_TOKENS = 3;

    private final TransformConfig.Output config;
    private final ModelLocation location;
    private final Signature signature;
    private final Map<String, String> problems;
    private List<String> labels = List.of();

    OutputCheck(
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

    /**
     * What it says; null when it says nothing, or what is impossible, and then there are problems.
     *
     * @param input what the model's owner says of what goes in
     */
    @Nullable
    OutputTransform read(TransformConfig.Kind input) {
        @Nullable TensorSpec output = config.kind() == OutputKind.NONE ? null : output();
        if (output == null) {
            return null;
        }
        if (config.kind() != OutputKind.VALUES && !FLOATS.contains(output.dataType())) {
            problems.put(SECTION + "kind", "is made of FP32, FP16 or FP64, and " + output + " is not");
        }
        BoxesCheck boxes = new BoxesCheck(config, signature, problems);
        @Nullable BoxesOutput found = config.kind() == OutputKind.BOXES ? boxes.read(output) : null;
        if (!config.labels().isEmpty()) {
            readLabels(config.kind() == OutputKind.BOXES ? boxes.classes() : classes(output));
        }
        return switch (config.kind()) {
            case NONE, PLUGIN -> null;
            case CLASSES -> new ClassOutput(output.name(), config.softmax(), config.top(), config.threshold());
            case SIGMOID -> new LabelsOutput(output.name(), config.top(), config.threshold());
            case EMBEDDING ->
                new EmbeddingOutput(output.name(), pooling(output, input), config.normalize(), config.shorten());
            case VALUES -> values(output);
            case BOXES -> found;
        };
    }

    private ValuesOutput values(TensorSpec output) {
        if (output.dataType() == DataType.BYTES) {
            problems.put(SECTION + "kind", "is made of numbers, and " + output + " has none");
        }
        return new ValuesOutput(output.name(), config.decimals());
    }

    private Pooling pooling(TensorSpec output, TransformConfig.Kind input) {
        int rank = output.shape().rank();
        Pooling pooling =
                switch (config.pooling()) {
                    case AUTO -> rank == VECTORS_OF_TOKENS ? Pooling.MEAN : Pooling.NONE;
                    case NONE -> Pooling.NONE;
                    case MEAN -> Pooling.MEAN;
                    case CLS -> Pooling.CLS;
                    case LAST -> Pooling.LAST;
                };
        if (rank != (pooling == Pooling.NONE ? VECTORS : VECTORS_OF_TOKENS)) {
            problems.put(
                    SECTION + "pooling",
                    "an embedding is a vector for each row, or pooled of one for each token, and the model has "
                            + output);
        }
        if (pooling != Pooling.NONE && input != TransformConfig.Kind.TEXT) {
            problems.put(SECTION + "pooling", "is for tokens, which transform.input.kind: text makes");
        }
        return pooling;
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
            byte[] bytes = ModelFiles.read(location, config.labels(), MOST_BYTES);
            labels = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString()
                    .stripTrailing()
                    .lines()
                    .map(String::strip)
                    .toList();
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
}
