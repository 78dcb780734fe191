package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How an output is made of what several stages give.
 *
 * @thread any; holds nothing
 */
public enum Combination {

    /** It is the first of them whose stage has run. */
    FIRST,

    /** Each of its elements is the mean of theirs. */
    MEAN,

    /** Each of its elements is what most of them say; of as many, what the first of those says. */
    VOTE;

    /** As people write it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean takes(DataType type) {
        return switch (this) {
            case FIRST -> true;
            case MEAN -> type == DataType.FP32 || type == DataType.FP64;
            case VOTE -> !type.isVariableSize();
        };
    }

    /** The tensors have one type and one shape. */
    Tensor of(List<Tensor> all) {
        Tensor first = all.getFirst();
        if (this == FIRST || all.size() == 1) {
            return first;
        }
        int elementBytes = first.dataType().elementBytes();
        ByteBuffer data = ByteBuffer.allocate(first.byteCount()).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at < first.byteCount(); at += elementBytes) {
            if (this == VOTE) {
                Tensor elected = all.get(elected(all, at, elementBytes));
                data.put(at, elected.data(), elected.data().position() + at, elementBytes);
            } else if (first.dataType() == DataType.FP32) {
                data.putFloat(at, (float) mean(all, at));
            } else {
                data.putDouble(at, mean(all, at));
            }
        }
        return new Tensor(first.name(), first.dataType(), first.shape(), data);
    }

    private static double mean(List<Tensor> all, int at) {
        double sum = 0;
        for (Tensor tensor : all) {
            int place = tensor.data().position() + at;
            sum += tensor.dataType() == DataType.FP32
                    ? tensor.data().getFloat(place)
                    : tensor.data().getDouble(place);
        }
        return sum / all.size();
    }

    /** Whose element there most others have as well. */
    private static int elected(List<Tensor> all, int at, int elementBytes) {
        int[] votes = new int[all.size()];
        int most = 0;
        for (int i = 0; i < votes.length; i++) {
            for (Tensor other : all) {
                votes[i] += areEqual(all.get(i), other, at, elementBytes) ? 1 : 0;
            }
            most = votes[i] > votes[most] ? i : most;
            if (2 * votes[most] >= votes.length) {
                return most; // nobody else has more
            }
        }
        return most;
    }

    /** Bit by bit. */
    private static boolean areEqual(Tensor tensor, Tensor another, int at, int elementBytes) {
        ByteBuffer one = tensor.data();
        ByteBuffer other = another.data();
        int i = one.position() + at;
        int k = other.position() + at;
        return switch (elementBytes) {
            case 1 -> one.get(i) == other.get(k);
            case 2 -> one.getShort(i) == other.getShort(k);
            case 4 -> one.getInt(i) == other.getInt(k);
            default -> one.getLong(i) == other.getLong(k);
        };
    }

    /** Its word; {@link #FIRST} has none. */
    static Combination of(String word) {
        return Arrays.stream(values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElse(FIRST);
    }
}
