package dev.sluice.gateway.transform;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.EmbeddingOutput.Pooling;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * One vector for each row of an output.
 *
 * <p>Where the output has one for each token, those that were padded are left out by how many tokens the row has, which the
 * request knows: the mask that the model was given is not needed again.
 *
 * @thread confined to its caller
 * @errors InvalidRequest where the output has another shape than was declared
 */
public final class Embeddings {

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
        this.output = output;
        this.how = how;
        this.notes = notes;
        this.rows = (int) shape.dimension(0);
        this.length = pooled ? (int) shape.dimension(1) : 1;
        this.elements = (int) shape.dimension(pooled ? 2 : 1);
    }

    private static InferenceException shapeless(Tensor output) {
        return InferenceException.invalid("outputs", output + " is no embedding of what was sent");
    }

    /**
     * All of them, in FP32.
     *
     * @param notes of the texts that they are of; null where they are of something else
     * @param dimensions the first elements that are wanted; 0 for all
     */
    public static Tensor of(Tensor output, EmbeddingOutput how, @Nullable TextNotes notes, int dimensions) {
        return new Embeddings(output, how, notes).tensor(dimensions);
    }

    private Tensor tensor(int dimensions) {
        int kept = dimensions == 0 ? elements : Math.min(dimensions, elements);
        ByteBuffer memory = ByteBuffer.allocate(rows * kept * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            double[] vector = vector(row, kept);
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

    private double[] vector(int row, int kept) {
        int first = 0;
        int count = 1;
        if (how.pooling() != Pooling.NONE) {
            if (notes == null || row >= notes.count() || notes.tokens()[row] > length) {
                throw shapeless(output);
            }
            int tokens = notes.tokens()[row];
            first = notes.first(row, length) + (how.pooling() == Pooling.LAST ? tokens - 1 : 0);
            count = how.pooling() == Pooling.MEAN ? tokens : 1;
        }
        double[] vector = new double[kept];
        for (int token = first; token < first + count; token++) {
            int at = (row * length + token) * elements;
            for (int i = 0; i < kept; i++) {
                vector[i] += Floats.at(output, at + i) / count;
            }
        }
        return vector;
    }
}
