package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.EmbeddingOutput.Pooling;
import dev.sluice.worker.contract.OutputTransform;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.util.List;

/**
 * How much is to be made of a model's outputs before its answer can be given.
 *
 * @param elements that are gone through
 * @param bytes of the heap that are held meanwhile: those of the output, and of what is made of it
 */
public record OutputWork(long elements, long bytes) {

    public static final OutputWork NONE = new OutputWork(0, 0);

    /** They take some tens of microseconds, which handing them to another thread and back costs as well. */
    static final int MOST_ON_A_LOOP = 1 << 13;

    /** Of a number that is made: itself, and its digits in an array that has just grown. */
    private static final int NUMBER_BYTES = 32;

    /** Of a box that is answered. */
    private static final int BOX_BYTES = 256;

    /** What a user's own class may answer of small outputs. */
    private static final long LEAST_ANSWER = 1 << 20;

    /** Of a number that boxes are read of. */
    private static final int READ_BYTES = 8;

    /** Boxes, of all of these outputs. */
    public static OutputWork of(BoxesOutput how, List<Tensor> outputs) {
        long elements = 0;
        long bytes = 0;
        for (Tensor output : outputs) {
            elements += output.shape().elementCount();
            bytes += output.byteCount();
        }
        return new OutputWork(
                elements, bytes + elements * READ_BYTES + (long) how.kept().most() * BOX_BYTES);
    }

    /** What a user's own class makes of all outputs: whatever it does, never on a loop. */
    public static OutputWork ofPlugin(List<Tensor> outputs) {
        long bytes = 0;
        for (Tensor output : outputs) {
            bytes += output.byteCount();
        }
        return new OutputWork(Long.MAX_VALUE, bytes + mostAnswerBytes(outputs));
    }

    /** How long that may be: as long as all numbers would be, and a mebibyte at least. */
    public static long mostAnswerBytes(List<Tensor> outputs) {
        long elements = 0;
        for (Tensor output : outputs) {
            elements += output.shape().elementCount();
        }
        return Math.max(LEAST_ANSWER, elements * NUMBER_BYTES);
    }

    /** What that kind of answer makes of that output: a number for each of its elements at most, once it is pooled. */
    public static OutputWork of(OutputTransform.OfOne how, Tensor output) {
        Shape shape = output.shape();
        long elements = shape.elementCount();
        boolean pooled = how instanceof EmbeddingOutput embedding
                && embedding.pooling() != Pooling.NONE
                && shape.rank() > 1
                && shape.dimension(1) > 0;
        long numbers = pooled ? elements / shape.dimension(1) : elements;
        return new OutputWork(elements, output.byteCount() + numbers * NUMBER_BYTES);
    }

    /** Whether a front loop may do it itself, and nobody notices. */
    public boolean isSmall() {
        return elements <= MOST_ON_A_LOOP;
    }
}
