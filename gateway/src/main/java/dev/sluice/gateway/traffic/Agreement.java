package dev.sluice.gateway.traffic;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Whether two versions say the same.
 *
 * <p>Outputs that score classes agree when the highest class of each row is the same: their rows are as long as the list of
 * the model's labels, or are probabilities that add up to 1. Other numbers agree when they differ by no more than a
 * tolerance, of the number or of 1. Everything else must be equal.
 *
 * @thread immutable
 * @bound {@value #MOST_ELEMENTS} elements of each output are looked at
 */
public record Agreement(int labels, double tolerance) {

    private static final int MOST_ELEMENTS = 1 << 16;
    private static final double NEARLY = 1e-3;

    /** Whether they do, in all outputs. */
    public boolean holds(List<Tensor> one, List<Tensor> other) {
        boolean holds = one.size() == other.size();
        for (int i = 0; holds && i < one.size(); i++) {
            holds = holds(one.get(i), other.get(i));
        }
        return holds;
    }

    private boolean holds(Tensor one, Tensor other) {
        if (one.dataType() != other.dataType()
                || !one.shape().equals(other.shape())
                || !one.name().equals(other.name())) {
            return false;
        }
        if (!isFloat(one.dataType())) {
            return one.data().equals(other.data());
        }
        int rank = one.shape().rank();
        int classes = rank == 0 ? 1 : (int) Math.min(MOST_ELEMENTS, one.shape().dimension(rank - 1));
        int elements = Math.min(MOST_ELEMENTS, one.byteCount() / one.dataType().elementBytes());
        int rows = classes == 0 ? 0 : elements / classes;
        boolean scores =
                classes > 1 && (classes == labels || (areParts(one, rows, classes) && areParts(other, rows, classes)));
        return scores ? sameClasses(one, other, rows, classes) : near(one, other, elements);
    }

    private static boolean isFloat(DataType type) {
        return switch (type) {
            case FP16, BF16, FP32, FP64 -> true;
            case BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, BYTES -> false;
        };
    }

    private static boolean areParts(Tensor tensor, int rows, int classes) {
        for (int row = 0; row < rows; row++) {
            double sum = 0;
            for (int i = row * classes; i < (row + 1) * classes; i++) {
                double part = element(tensor, i);
                if (!(part >= 0 && part <= 1 + NEARLY)) {
                    return false;
                }
                sum += part;
            }
            if (Math.abs(sum - 1) > NEARLY) {
                return false;
            }
        }
        return rows > 0;
    }

    private static boolean sameClasses(Tensor one, Tensor other, int rows, int classes) {
        for (int row = 0; row < rows; row++) {
            if (highest(one, row, classes) != highest(other, row, classes)) {
                return false;
            }
        }
        return true;
    }

    private static int highest(Tensor tensor, int row, int classes) {
        int highest = row * classes;
        for (int i = highest + 1; i < (row + 1) * classes; i++) {
            highest = element(tensor, i) > element(tensor, highest) ? i : highest;
        }
        return highest;
    }

    private boolean near(Tensor one, Tensor other, int elements) {
        for (int i = 0; i < elements; i++) {
            double its = element(one, i);
            double others = element(other, i);
            double most = Double.isInfinite(its) ? 0 : tolerance * Math.max(1, Math.abs(its));
            boolean near = Double.compare(its, others) == 0 || Math.abs(its - others) <= most;
            if (!near) {
                return false;
            }
        }
        return true;
    }

    private static double element(Tensor tensor, int index) {
        ByteBuffer data = tensor.data();
        int at = data.position() + index * tensor.dataType().elementBytes();
        return switch (tensor.dataType()) {
            case FP16 -> Float.float16ToFloat(data.getShort(at));
            case BF16 -> Float.intBitsToFloat(data.getShort(at) << 16);
            case FP32 -> data.getFloat(at);
            case FP64 -> data.getDouble(at);
            case BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, BYTES ->
                throw new IllegalArgumentException(tensor.dataType() + " is compared as it is");
        };
    }
}
