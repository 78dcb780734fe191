package dev.sluice.gateway.front.tfs;

import dev.sluice.worker.contract.DataType;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What TensorFlow calls our data types.
 *
 * @thread stateless
 * @source tensorflow, types.proto
 */
public final class TfsType {

    private static final List<DataType> ALL = List.of(DataType.values());

    private TfsType() {}

    /** As errors have it: {@code float}. */
    public static String word(DataType type) {
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
    public static String constant(DataType type) {
        return "DT_" + word(type).toUpperCase(Locale.ROOT);
    }

    /** As messages of gRPC have it: 1 for {@code DT_FLOAT}. */
    public static int number(DataType type) {
        return switch (type) {
            case FP32 -> 1;
            case FP64 -> 2;
            case INT32 -> 3;
            case UINT8 -> 4;
            case INT16 -> 5;
            case INT8 -> 6;
            case BYTES -> 7;
            case INT64 -> 9;
            case BOOL -> 10;
            case BF16 -> 14;
            case UINT16 -> 17;
            case FP16 -> 19;
            case UINT32 -> 22;
            case UINT64 -> 23;
        };
    }

    /** The type of that number; empty where it is none, or one that no model here has, such as complex numbers. */
    public static Optional<DataType> ofNumber(int number) {
        return ALL.stream().filter(type -> number(type) == number).findFirst();
    }
}
