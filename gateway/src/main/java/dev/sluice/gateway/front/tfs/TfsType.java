package dev.sluice.gateway.front.tfs;

import dev.sluice.worker.contract.DataType;
import java.util.Locale;

/**
 * What TensorFlow calls our data types.
 *
 * @thread stateless
 * @source tensorflow, types.proto
 */
final class TfsType {

    private TfsType() {}

    /** As errors have it: {@code float}. */
    static String word(DataType type) {
        return switch (type) {
            case FP16 -> "half";
            case BF16 -> "bfloat16";
            case FP32 -> "float";
            case FP64 -> "double";
            case BYTES -> "string";
            case BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 ->
                type.name().toLowerCase(Locale.ROOT);
        };
    }

    /** As metadata have it: {@code DT_FLOAT}. */
    static String constant(DataType type) {
        return "DT_" + word(type).toUpperCase(Locale.ROOT);
    }
}
