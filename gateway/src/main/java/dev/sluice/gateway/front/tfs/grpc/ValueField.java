package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.WireFormat;
import dev.sluice.worker.contract.DataType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a TensorProto in which elements stand one by one, by their numbers.
 *
 * @source tensorflow, tensor.proto; a test compares them with the generated classes
 */
enum ValueField {
    FLOAT(5, WireFormat.WIRETYPE_FIXED32),
    DOUBLE(6, WireFormat.WIRETYPE_FIXED64),
    INT(7, WireFormat.WIRETYPE_VARINT),
    STRING(8, WireFormat.WIRETYPE_LENGTH_DELIMITED),
    INT64(10, WireFormat.WIRETYPE_VARINT),
    BOOL(11, WireFormat.WIRETYPE_VARINT),
    HALF(13, WireFormat.WIRETYPE_VARINT),
    UINT32(16, WireFormat.WIRETYPE_VARINT),
    UINT64(17, WireFormat.WIRETYPE_VARINT);

    private static final ValueField[] ALL = values();

    private final int number;
    private final int wireType;

    ValueField(int number, int wireType) {
        this.number = number;
        this.wireType = wireType;
    }

    /** Where elements of that type stand. */
    static ValueField of(DataType dataType) {
        return switch (dataType) {
            case FP32 -> FLOAT;
            case FP64 -> DOUBLE;
            case INT8, INT16, INT32, UINT8, UINT16 -> INT;
            case BYTES -> STRING;
            case INT64 -> INT64;
            case BOOL -> BOOL;
            case FP16, BF16 -> HALF;
            case UINT32 -> UINT32;
            case UINT64 -> UINT64;
        };
    }

    static @Nullable ValueField ofNumber(int number) {
        for (ValueField each : ALL) {
            if (each.number == number) {
                return each;
            }
        }
        return null;
    }

    int number() {
        return number;
    }

    /** The tag of one element that stands alone; packed ones have another. */
    int unpackedTag() {
        return number << 3 | wireType;
    }

    /** As messages name it: {@code float_val}. */
    String fieldName() {
        return name().toLowerCase(Locale.ROOT) + "_val";
    }
}
