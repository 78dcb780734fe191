package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.grpc.MessageCursor;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The values of a Feature, where they lie: floats, integers or strings.
 *
 * @param kind of values, which is the number of their field
 * @param count of values
 * @param textBytes of all values, where they are strings
 */
record FeatureList(byte[] array, int kind, Span values, int count, long textBytes) {

    static final int BYTES = 1;
    static final int FLOATS = 2;
    static final int INTEGERS = 3;

    /** Null where it has none, which is as if it were not there. */
    static @Nullable FeatureList read(byte[] array, Span feature) throws IOException {
        MessageCursor cursor = new MessageCursor(array, feature);
        @Nullable FeatureList found = null;
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            int kind = WireFormat.getTagFieldNumber(tag);
            boolean isList = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED
                    && kind >= BYTES
                    && kind <= INTEGERS;
            if (isList) {
                found = counted(array, kind, cursor.readSpan()); // of a oneof the last holds
            } else {
                cursor.skip(tag);
            }
        }
        return found;
    }

    private static FeatureList counted(byte[] array, int kind, Span values) throws IOException {
        Count count = new Count();
        walk(array, kind, values, count);
        return new FeatureList(array, kind, values, count.values, count.textBytes);
    }

    /**
     * Counts.
     *
     * @thread confined to one front loop
     */
    private static final class Count implements Taker {

        private int values;
        private long textBytes;

        @Override
        public void text(Span text) {
            values++;
            textBytes += text.length();
        }

        @Override
        public void number(CodedInputStream in) throws IOException {
            values++;
            in.readRawVarint64();
        }

        @Override
        public void decimal(CodedInputStream in) throws IOException {
            values++;
            in.readRawLittleEndian32();
        }
    }

    /**
     * Takes each value, and reads it.
     *
     * @thread confined to one front loop
     */
    private interface Taker {

        void text(Span text);

        void number(CodedInputStream in) throws IOException;

        void decimal(CodedInputStream in) throws IOException;
    }

    private static void walk(byte[] array, int kind, Span values, Taker taker) throws IOException {
        MessageCursor cursor = new MessageCursor(array, values);
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            int type = WireFormat.getTagWireType(tag);
            if (WireFormat.getTagFieldNumber(tag) != Tags.LIST_VALUE) {
                cursor.skip(tag);
            } else if (type == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                Span run = cursor.readSpan();
                if (kind == BYTES) {
                    taker.text(run);
                } else {
                    CodedInputStream in = CodedInputStream.newInstance(array, run.from(), run.length());
                    while (!in.isAtEnd()) {
                        take(kind, in, taker);
                    }
                }
            } else if (type == (kind == FLOATS ? WireFormat.WIRETYPE_FIXED32 : WireFormat.WIRETYPE_VARINT)) {
                take(kind, cursor.in(), taker);
            } else {
                throw new IOException("the wire type of the values of a feature is another");
            }
        }
    }

    private static void take(int kind, CodedInputStream in, Taker taker) throws IOException {
        switch (kind) {
            case FLOATS -> taker.decimal(in);
            case INTEGERS -> taker.number(in);
            default -> throw new IOException("a string has a length");
        }
    }

    /** What TensorFlow calls its kind. */
    String word() {
        return switch (kind) {
            case BYTES -> "string";
            case FLOATS -> "float";
            default -> "int64";
        };
    }

    /** Writes the values as elements of that type, which is one of its kind. */
    void write(String feature, DataType type, ByteBuffer target) throws IOException {
        walk(array, kind, values, new Taker() {
            @Override
            public void text(Span text) {
                target.putInt(text.length()).put(array, text.from(), text.length());
            }

            @Override
            public void number(CodedInputStream in) throws IOException {
                putInteger(feature, type, in.readRawVarint64(), target);
            }

            @Override
            public void decimal(CodedInputStream in) throws IOException {
                int bits = in.readRawLittleEndian32();
                if (type == DataType.FP64) {
                    target.putDouble(Float.intBitsToFloat(bits));
                } else {
                    target.putInt(bits);
                }
            }
        });
    }

    private static void putInteger(String feature, DataType type, long value, ByteBuffer target) {
        switch (type) {
            case BOOL -> target.put((byte) within(feature, type, value, 0, 1));
            case INT8 -> target.put((byte) within(feature, type, value, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT8 -> target.put((byte) within(feature, type, value, 0, 0xFF));
            case INT16 -> target.putShort((short) within(feature, type, value, Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> target.putShort((short) within(feature, type, value, 0, 0xFFFF));
            case INT32 -> target.putInt((int) within(feature, type, value, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case UINT32 -> target.putInt((int) within(feature, type, value, 0, 0xFFFF_FFFFL));
            case INT64 -> target.putLong(value);
            case UINT64 -> target.putLong(within(feature, type, value, 0, Long.MAX_VALUE));
            case FP16, BF16, FP32, FP64, BYTES -> throw new IllegalArgumentException(type + " is no integer");
        }
    }

    private static long within(String feature, DataType type, long value, long min, long max) {
        if (value < min || value > max) {
            throw InferenceException.invalid(
                    "", "Feature: " + feature + ": " + type + " is from " + min + " to " + max + ", got " + value);
        }
        return value;
    }
}
