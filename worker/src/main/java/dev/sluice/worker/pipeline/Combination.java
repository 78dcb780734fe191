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
        Poll poll = new Poll(all.size());
        for (int at = 0; at < first.byteCount(); at += elementBytes) {
            if (this == VOTE) {
                count(poll, all, at, elementBytes);
                Tensor elected = all.get(poll.winner());
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

    private static void count(Poll poll, List<Tensor> all, int at, int elementBytes) {
        poll.begin();
        for (Tensor tensor : all) {
            ByteBuffer data = tensor.data();
            int place = data.position() + at;
            poll.vote(
                    switch (elementBytes) {
                        case 1 -> data.get(place);
                        case 2 -> data.getShort(place);
                        case 4 -> data.getInt(place);
                        default -> data.getLong(place);
                    });
        }
    }

    /** Its word; {@link #FIRST} has none. */
    static Combination of(String word) {
        return Arrays.stream(values())
                .filter(each -> each.word().equals(word))
                .findFirst()
                .orElse(FIRST);
    }
}
