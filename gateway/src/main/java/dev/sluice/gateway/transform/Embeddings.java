package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.EmbeddingOutput.Pooling;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One vector for each row of an output.
 *
 * <p>Where the output has one for each token, those that were padded are left out by how many tokens the row has, which the
 * request knows: the mask that the model was given is not needed again.
 *
 * @thread confined to its caller
 * @bound {@value #MOST_POOLED} elements of the vectors that are pooled
 * @errors InvalidRequest where the output has another shape than was declared, other rows than texts, or more elements;
 *     Cancelled between two rows
 */
public final class Embeddings {

    /** A thread that pools so many is at it for one to two tenths of a second: 1,300 texts of 256 tokens of 384. */
    private static final int MOST_POOLED = 1 << 27;

    private final Tensor output;
    private final EmbeddingOutput how;
    private final @Nullable TextNotes notes;
    private final int rows;
    private final int length;
    private final int elements;

    private Embeddings(Tensor output, EmbeddingOutput how, @Nullable TextNotes notes) {
        Shape shape = output.shape();
        boolean pooled = how.pooling() != Pooling.NONE;
        if (shape.rank() != (pooled ? 3 : 2)) {
            throw shapeless(output);
        }
        if (notes != null && shape.dimension(0) != notes.count()) {
            throw InferenceException.invalid(
                    "outputs", output + " does not have a row for each of " + notes.count() + " texts");
        }
        if (pooled && isTooMuch(shape)) {
            throw InferenceException.invalid(
                    "outputs",
                    output + " has more than " + MOST_POOLED + " elements, which is what one answer is pooled of; send"
                            + " fewer texts at a time");
        }
        this.output = output;
        this.how = how;
        this.notes = notes;
        this.rows = (int) shape.dimension(0);
        this.length = pooled ? (int) shape.dimension(1) : 1;
        this.elements = (int) shape.dimension(pooled ? 2 : 1);
    }

    /** Whether others should not wait for a thread that pools so many. */
    static boolean isTooMuch(Shape shape) {
        return shape.elementCount() > MOST_POOLED;
    }

    private static InferenceException shapeless(Tensor output) {
        return InferenceException.invalid("outputs", output + " is no embedding of what was sent");
    }

    /**
     * All of them, in FP32.
     *
     * @param notes of the texts that they are of; null where they are of something else
     * @param dimensions the first elements that are wanted; 0 for all
     * @param givenUp whether nobody waits any more
     */
    public static Tensor of(
            Tensor output,
            EmbeddingOutput how,
            @Nullable TextNotes notes,
            int dimensions,
            BooleanSupplier givenUp) {
        return new Embeddings(output, how, notes).tensor(dimensions, givenUp);
    }

    private Tensor tensor(int dimensions, BooleanSupplier givenUp) {
        int kept = dimensions == 0 ? elements : Math.min(dimensions, elements);
        ByteBuffer memory = ByteBuffer.allocate(rows * kept * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        float[] token = new float[kept];
        for (int row = 0; row < rows; row++) {
            if (givenUp.getAsBoolean()) {
                throw new InferenceException(new InferenceError.Cancelled());
            }
            double[] vector = vector(row, token);
            double norm = how.normalized() ? norm(vector) : 1;
            for (double element : vector) {
                memory.putFloat((float) (norm == 0 ? 0 : element / norm));
            }
        }
        return new Tensor(output.name(), DataType.FP32, new Shape(rows, kept), memory.flip());
    }

    private static double norm(double[] vector) {
        double sum = 0;
        for (double element : vector) {
            sum += element * element;
        }
        return Math.sqrt(sum);
    }

    /** @param token for the elements of one, as many as are wanted */
    private double[] vector(int row, float[] token) {
        int first = 0;
        int count = 1;
        if (how.pooling() != Pooling.NONE) {
            if (notes == null || notes.tokens()[row] > length) {
                throw shapeless(output);
            }
            int tokens = notes.tokens()[row];
            first = notes.first(row, length) + (how.pooling() == Pooling.LAST ? tokens - 1 : 0);
            count = how.pooling() == Pooling.MEAN ? tokens : 1;
        }
        double[] vector = new double[token.length];
        for (int place = first; place < first + count; place++) {
            Floats.read(output, (row * length + place) * elements, token);
            for (int i = 0; i < token.length; i++) {
                vector[i] += token[i];
            }
        }
        for (int i = 0; i < token.length; i++) {
            vector[i] /= count;
        }
        return vector;
    }
}
