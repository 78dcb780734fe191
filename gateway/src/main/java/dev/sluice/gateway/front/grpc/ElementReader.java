package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedInputStream;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/**
 * Reads elements that stand one by one in a message into tensor memory: as fixed numbers, or as varints that must fit their
 * type. Both kinds of half precision come as their bits.
 *
 * @thread confined to one front loop; one use
 * @errors InvalidRequest that names the element, as in {@code inputs[0].contents.int_contents[17]}
 */
public final class ElementReader {

    private final DataType dataType;
    private final Supplier<String> field;
    private int found;

    /** @param field where they stand, for errors */
    public ElementReader(DataType dataType, Supplier<String> field) {
        this.dataType = dataType;
        this.field = field;
    }

    /** What each element takes where all take the same; otherwise 0. */
    public static int fixedBytes(DataType dataType) {
        return switch (dataType) {
            case FP32 -> Float.BYTES;
            case FP64 -> Double.BYTES;
            case BOOL, INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64, FP16, BF16, BYTES -> 0;
        };
    }

    /** Reads the next one. */
    public void read(CodedInputStream in, ByteBuffer target) throws IOException {
        switch (dataType) {
            case BOOL -> target.put((byte) (in.readBool() ? 1 : 0));
            case INT8 -> target.put((byte) within(in.readInt32(), Byte.MIN_VALUE, Byte.MAX_VALUE));
            case INT16 -> target.putShort((short) within(in.readInt32(), Short.MIN_VALUE, Short.MAX_VALUE));
            case INT32, UINT32 -> target.putInt(in.readInt32());
            case UINT8 -> target.put((byte) within(in.readUInt32(), 0, 0xFF));
            case UINT16, FP16, BF16 -> target.putShort((short) within(in.readUInt32(), 0, 0xFFFF));
            case INT64, UINT64 -> target.putLong(in.readInt64());
            case FP32 -> target.putInt(in.readRawLittleEndian32());
            case FP64 -> target.putLong(in.readRawLittleEndian64());
            case BYTES -> throw new IllegalStateException("strings have a tag each");
        }
        found++;
    }

    /** An unsigned number beyond an {@code int} is negative here, and so refused as well. */
    private int within(int value, int min, int max) {
        if (value < min || value > max) {
            long shown = min < 0 ? value : Integer.toUnsignedLong(value);
            throw InferenceException.invalid(
                    field.get() + "[" + found + "]", dataType + " is from " + min + " to " + max + ", got " + shown);
        }
        return value;
    }
}
