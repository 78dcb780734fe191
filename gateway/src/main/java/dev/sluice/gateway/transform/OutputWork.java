package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Suppression;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.EmbeddingOutput.Pooling;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.LabelsOutput;
import dev.sluice.worker.contract.OutputTransform;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.detection.BoxShape;
import dev.sluice.worker.detection.Detections;
import java.util.List;

/**
 * How much is to be made of a model's outputs before its answer can be given.
 *
 * @param steps elements that are gone through, and boxes that are compared
 * @param bytes of the heap that are taken for what is made; those of the outputs are there already
 */
public record OutputWork(long steps, long bytes) {

    public static final OutputWork NONE = new OutputWork(0, 0);

    /** They take some tens of microseconds, which handing them to another thread and back costs as well. */
    static final int MOST_ON_A_LOOP = 1 << 13;

    /** Of a number that is made: itself, and its digits in an array that has just grown. */
    private static final int NUMBER_BYTES = 32;

    /** Of a box that is answered. */
    private static final int BOX_BYTES = 256;

    /** What a user's own class may answer of small outputs. */
    private static final long LEAST_ANSWER = 1 << 20;

    /** Of a class that is answered, beside its label. */
    private static final int CLASS_BYTES = 64;

    /**
     * Boxes, of all of these outputs: those of one row after the other are read as floats, and each that is kept is
     * compared with those before it.
     *
     * @throws InferenceException when they have another shape than was declared
     */
    public static OutputWork of(BoxesOutput how, List<Tensor> outputs) {
        long elements = 0;
        for (Tensor output : outputs) {
            elements += output.shape().elementCount();
        }
        BoxShape shape = shape(how, outputs);
        long most = Math.min(shape.boxes(), how.kept().most());
        long compared = how.kept().suppression() == Suppression.NONE ? 0 : shape.rows() * shape.boxes() * most;
        long read = Detections.readBytes(shape, outputs);
        return new OutputWork(elements + compared, read + shape.rows() * most * BOX_BYTES);
    }

    /** What a user's own class makes of all outputs: whatever it does, never on a loop. */
    public static OutputWork ofPlugin(List<Tensor> outputs) {
        return new OutputWork(Long.MAX_VALUE, mostAnswerBytes(outputs));
    }

    /** Whether that is for a user's own class. */
    public boolean isUsers() {
        return steps == Long.MAX_VALUE;
    }

    /** How long that may be: as long as all numbers would be, and a mebibyte at least. */
    public static long mostAnswerBytes(List<Tensor> outputs) {
        long elements = 0;
        for (Tensor output : outputs) {
            elements += output.shape().elementCount();
        }
        return Math.max(LEAST_ANSWER, elements * NUMBER_BYTES);
    }

    private static BoxShape shape(BoxesOutput how, List<Tensor> outputs) {
        try {
            return BoxShape.of(how, name -> shape(name, outputs));
        } catch (IllegalArgumentException misfit) {
            throw InferenceException.invalid("outputs", String.valueOf(misfit.getMessage()));
        }
    }

    private static Shape shape(String name, List<Tensor> outputs) {
        for (Tensor output : outputs) {
            if (output.name().equals(name)) {
                return output.shape();
            }
        }
        throw new IllegalArgumentException(name + " is not there");
    }

    /**
     * What that kind of answer makes of that output: a number for each of its elements at most, once it is pooled, or
     * some classes of each row.
     *
     * @param labels of the classes
     */
    public static OutputWork of(OutputTransform.OfOne how, Tensor output, List<String> labels) {
        long elements = output.shape().elementCount();
        if (elements <= MOST_ON_A_LOOP) {
            return new OutputWork(elements, 0);
        }
        return new OutputWork(elements, bytes(how, output, labels));
    }

    private static long bytes(OutputTransform.OfOne how, Tensor output, List<String> labels) {
        return switch (how) {
            case ClassOutput classes -> classBytes(output, classes.top(), labels);
            case LabelsOutput several -> classBytes(output, several.top(), labels);
            case EmbeddingOutput embedding -> vectors(output.shape(), embedding) * NUMBER_BYTES;
            default -> output.shape().elementCount() * NUMBER_BYTES;
        };
    }

    private static long vectors(Shape shape, EmbeddingOutput how) {
        boolean pooled = how.pooling() != Pooling.NONE && shape.rank() > 1 && shape.dimension(1) > 0;
        return pooled ? shape.elementCount() / shape.dimension(1) : shape.elementCount();
    }

    private static long classBytes(Tensor output, int top, List<String> labels) {
        long rows = Math.max(1, output.rows());
        long classes = Math.min(top, output.shape().elementCount() / rows);
        int longest = labels.stream().mapToInt(String::length).max().orElse(0);
        return rows * classes * (longest + CLASS_BYTES);
    }

    /** Whether a front loop may do it itself, and nobody notices. */
    public boolean isSmall() {
        return steps <= MOST_ON_A_LOOP;
    }
}
