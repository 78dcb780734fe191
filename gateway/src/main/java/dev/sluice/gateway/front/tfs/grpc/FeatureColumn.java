package dev.sluice.gateway.front.tfs.grpc;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.tfs.FeatureShape;
import dev.sluice.gateway.front.tfs.Repetition;
import dev.sluice.gateway.front.tfs.TfsType;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The values that examples have for one input of the model: measured, and then written into its tensor.
 *
 * @thread confined to one front loop; one use
 * @bound the memory for all of them is asked for at once, when they have been counted
 * @errors InvalidRequest in the words of TensorFlow Serving
 */
final class FeatureColumn {

    private static final int NOT_SEEN = -1;

    private final TensorSpec spec;
    private int perExample = NOT_SEEN;
    private int seen;
    private long textBytes;
    private @Nullable FeatureList shared;
    private boolean isSharedTaken;
    private @Nullable Shape shape;
    private @Nullable ByteBuffer memory;

    FeatureColumn(TensorSpec spec) {
        this.spec = spec;
    }

    /** What examples have that have none of their own. */
    void share(@Nullable FeatureList values) {
        shared = values;
    }

    /** That example has these. */
    void measure(int example, @Nullable FeatureList values) {
        if (values == null) {
            return;
        }
        if (seen > example) {
            throw InferenceException.invalid(
                    "", "Feature: " + spec.name() + " is given twice (at examples[" + example + "])");
        }
        requireKind(example, values);
        if (perExample != NOT_SEEN && perExample != values.count()) {
            throw InferenceException.invalid(
                    "",
                    "Key: " + spec.name() + ", Index: " + example + ".  Number of " + values.word()
                            + " values != expected.  values size: " + values.count() + " but output shape: ["
                            + perExample + "]");
        }
        perExample = values.count();
        textBytes += values.textBytes();
        seen++;
    }

    private void requireKind(int example, FeatureList values) {
        int kind =
                switch (spec.dataType()) {
                    case FP32, FP64 -> FeatureList.FLOATS;
                    case BYTES -> FeatureList.BYTES;
                    case BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> FeatureList.INTEGERS;
                    case FP16, BF16 -> 0;
                };
        if (kind != values.kind()) {
            throw InferenceException.invalid(
                    "",
                    "Key: " + spec.name() + ", Index: " + example + ".  Data types don't match. Data type: "
                            + values.word() + " but expected type: " + TfsType.word(spec.dataType()));
        }
    }

    /** That example is over. What it takes from the context counts as repeated if another one took it before. */
    void endMeasured(int example, Repetition repetition) {
        FeatureList common = shared;
        if (seen == example && common != null) {
            measure(example, common);
            if (isSharedTaken) {
                long read = common.values().length();
                repetition.add(Math.max(read, bytes(1, common.count(), common.textBytes())));
            }
            isSharedTaken = true;
        }
        boolean leftOut = spec.optional() && seen == 0;
        if (seen == example && !leftOut) {
            throw InferenceException.invalid(
                    "",
                    "Feature: " + spec.name() + " (data type: " + TfsType.word(spec.dataType())
                            + ") is required but could not be found. (at examples[" + example + "])");
        }
    }

    /** All have been measured. */
    void take(TensorBuffers buffers) {
        if (seen == 0) {
            return;
        }
        shape = FeatureShape.of(spec, seen, perExample);
        long bytes = bytes(seen, perExample, textBytes);
        if (bytes > Integer.MAX_VALUE) {
            throw InferenceException.invalid("", "Feature: " + spec.name() + " is larger than 2 GiB in all examples");
        }
        memory = buffers.take((int) bytes);
        seen = 0;
    }

    private long bytes(int examples, int values, long ofTexts) {
        long elements = (long) examples * values;
        return spec.dataType() == DataType.BYTES
                ? ofTexts + elements * DataType.LENGTH_PREFIX_BYTES
                : elements * spec.dataType().elementBytes();
    }

    /** Whether there is nothing in it, however many examples there are. */
    boolean isEmpty() {
        return perExample <= 0;
    }

    /** That example has these: the same as before. */
    void write(@Nullable FeatureList values) throws IOException {
        if (values != null && memory != null) {
            values.write(spec.name(), spec.dataType(), memory);
            seen++;
        }
    }

    /** That example is over, as before. */
    void endWritten(int example) throws IOException {
        if (memory != null && seen == example) {
            write(shared);
        }
    }

    void giveBack(TensorBuffers buffers) {
        if (memory != null) {
            buffers.giveBack(memory);
        }
    }

    /** All of them; null where no example has any, which an optional input allows. */
    @Nullable
    Tensor tensor() {
        return memory == null || shape == null
                ? null
                : new Tensor(spec.name(), spec.dataType(), shape, memory.position(0));
    }
}
