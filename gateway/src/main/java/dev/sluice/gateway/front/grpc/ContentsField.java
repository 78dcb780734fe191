package dev.sluice.gateway.front.grpc;

import com.google.protobuf.WireFormat;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * The fields of InferTensorContents, by their numbers.
 *
 * @source {@code inference/grpc_service.proto}; a test compares them with the generated classes
 */
enum ContentsField {
    BOOL(1, "bool_contents", WireFormat.WIRETYPE_VARINT, 0),
    INT(2, "int_contents", WireFormat.WIRETYPE_VARINT, 0),
    INT64(3, "int64_contents", WireFormat.WIRETYPE_VARINT, 0),
    UINT(4, "uint_contents", WireFormat.WIRETYPE_VARINT, 0),
    UINT64(5, "uint64_contents", WireFormat.WIRETYPE_VARINT, 0),
    FP32(6, "fp32_contents", WireFormat.WIRETYPE_FIXED32, Float.BYTES),
    FP64(7, "fp64_contents", WireFormat.WIRETYPE_FIXED64, Double.BYTES),
    BYTES(8, "bytes_contents", WireFormat.WIRETYPE_LENGTH_DELIMITED, 0);

    private static final ContentsField[] ALL = values();

    private final int number;
    private final String fieldName;
    private final int wireType;
    private final int fixedBytes;

    ContentsField(int number, String fieldName, int wireType, int fixedBytes) {
        this.number = number;
        this.fieldName = fieldName;
        this.wireType = wireType;
        this.fixedBytes = fixedBytes;
    }

    /**
     * Where elements of that type stand.
     *
     * @throws InferenceException InvalidRequest where they have no typed form
     */
    static ContentsField of(String input, DataType dataType) {
        return switch (dataType) {
            case BOOL -> BOOL;
            case INT8, INT16, INT32 -> INT;
            case INT64 -> INT64;
            case UINT8, UINT16, UINT32 -> UINT;
            case UINT64 -> UINT64;
            case FP32 -> FP32;
            case FP64 -> FP64;
            case BYTES -> BYTES;
            case FP16, BF16 ->
                throw InferenceException.invalid(
                        input + ".contents", dataType + " has no typed form; it goes in the raw contents");
        };
    }

    static @Nullable ContentsField ofNumber(int number) {
        for (ContentsField each : ALL) {
            if (each.number == number) {
                return each;
            }
        }
        return null;
    }

    String fieldName() {
        return fieldName;
    }

    int number() {
        return number;
    }

    /** The tag of one element that stands alone; packed ones have another. */
    int unpackedTag() {
        return number << 3 | wireType;
    }

    /** What each element takes where all take the same; otherwise 0. */
    int fixedBytes() {
        return fixedBytes;
    }

    /** The least that an element takes. */
    int leastBytes() {
        return this == BYTES ? 2 : Math.max(1, fixedBytes);
    }
}
