package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON values of one data type and appends them to a tensor's memory.
 *
 * @thread confined to its decoder
 * @bound no allocation for an element, but for the rare floats that {@link JsonFloats} tells of
 * @errors {@link BadJson} for a value that is not of the type; {@link #count} then says which element it is
 */
final class ElementReader {

    private static final long UINT32_MAX = 0xFFFF_FFFFL;

    private final JsonCursor cursor;
    private final JsonFloats floats;
    private final DataType dataType;
    private final @Nullable Growth growth;
    private ByteBuffer memory = ByteBuffer.allocate(0);
    private int count;

    /** Into memory that has room for all that will be read. */
    ElementReader(JsonCursor cursor, DataType dataType) {
        this(cursor, dataType, null);
    }

    /** Into memory that grows with what is read, where a string may also be a {@link Base64Object}. */
    ElementReader(JsonCursor cursor, DataType dataType, @Nullable Growth growth) {
        this.cursor = cursor;
        this.floats = new JsonFloats(cursor);
        this.dataType = dataType;
        this.growth = growth;
    }

    /**
     * Finds more memory.
     *
     * @thread as its reader
     */
    @FunctionalInterface
    interface Growth {

        /** Memory with all that is in this one, and so much more room at least. */
        ByteBuffer beyond(ByteBuffer full, int moreBytes);
    }

    void writeTo(ByteBuffer memory) {
        this.memory = memory;
        this.count = 0;
    }

    /** All that was read, from 0 to its limit. */
    ByteBuffer written() {
        return memory.limit(memory.position()).position(0);
    }

    /** The memory that is written to now, for who wants it back. */
    ByteBuffer memory() {
        return memory;
    }

    /** Appends once more what was written there. */
    void repeat(int from, int bytes) {
        makeRoom(bytes);
        memory.put(memory.position(), memory, from, bytes).position(memory.position() + bytes);
    }

    void makeRoom(int bytes) {
        if (growth != null && memory.remaining() < bytes) {
            memory = growth.beyond(memory, bytes);
        }
    }

    /** Appends that number, whatever stands here. */
    void put(double value) {
        makeRoom(dataType.elementBytes());
        if (dataType == DataType.FP32) {
            memory.putFloat((float) value);
        } else {
            memory.putDouble(value);
        }
        count++;
    }

    /** The same for a truth. */
    void put(boolean value) {
        makeRoom(1);
        memory.put((byte) (value ? 1 : 0));
        count++;
    }

    /** The same for a string. */
    void put(byte[] utf8, int from, int to) {
        makeRoom(DataType.LENGTH_PREFIX_BYTES + to - from);
        memory.putInt(to - from).put(utf8, from, to - from);
        count++;
    }

    /** Elements read so far, which is also the index of the next one. */
    int count() {
        return count;
    }

    /**
     * Reads an array of elements.
     *
     * @param most refuses one more than that
     * @return how many there were
     */
    int readArray(int most) {
        cursor.read('[');
        if (cursor.tryRead(']')) {
            return 0;
        }
        if (most == 0) {
            throw new BadJson("more elements than the shape has room for (0)");
        }
        return dataType == DataType.FP32 ? readFloats(most) : readOthers(most);
    }

    /** Plain numbers by the run, and one by one those that are not. */
    private int readFloats(int most) {
        int found = 0;
        do {
            int run = PlainFloats.readRun(cursor, memory, Math.min(most - found, memory.remaining() / Float.BYTES));
            count += run;
            found += run;
            refuseMoreThan(most, found);
            makeRoom(Float.BYTES);
            memory.putFloat(floats.readFloat());
            count++;
            found++;
        } while (cursor.readCommaOr(']'));
        return found;
    }

    private int readOthers(int most) {
        int found = 0;
        do {
            refuseMoreThan(most, found);
            readNext();
            found++;
        } while (cursor.readCommaOr(']'));
        return found;
    }

    private static void refuseMoreThan(int most, int found) {
        if (found == most) {
            throw new BadJson("more elements than the shape has room for (" + most + ")");
        }
    }

    void readNext() {
        makeRoom(dataType.elementBytes());
        switch (dataType) {
            case BOOL -> memory.put((byte) (cursor.readBoolean() ? 1 : 0));
            case INT8 -> memory.put((byte) JsonIntegers.read(cursor, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT8 -> memory.put((byte) JsonIntegers.read(cursor, 0, 0xFF));
            case INT16 -> memory.putShort((short) JsonIntegers.read(cursor, Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> memory.putShort((short) JsonIntegers.read(cursor, 0, 0xFFFF));
            case INT32 -> memory.putInt((int) JsonIntegers.read(cursor, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case UINT32 -> memory.putInt((int) JsonIntegers.read(cursor, 0, UINT32_MAX));
            case INT64 -> memory.putLong(JsonIntegers.read(cursor, Long.MIN_VALUE, Long.MAX_VALUE));
            case UINT64 -> memory.putLong(JsonIntegers.readUnsigned(cursor));
            case FP32 -> memory.putFloat(floats.readFloat());
            case FP64 -> memory.putDouble(floats.readDouble());
            case BYTES -> readString();
            case FP16, BF16 ->
                throw new BadJson(dataType + " has no JSON form; send it as FP32 to a model that takes"
                        + " it, or as binary data");
        }
        count++;
    }

    private void readString() {
        if (growth != null && cursor.peek() == '{') {
            byte[] decoded = Base64Object.read(cursor);
            makeRoom(DataType.LENGTH_PREFIX_BYTES + decoded.length);
            memory.putInt(decoded.length).put(decoded);
            return;
        }
        if (growth != null) {
            makeRoom(DataType.LENGTH_PREFIX_BYTES + JsonStrings.mostBytes(cursor));
        }
        int prefix = memory.position();
        memory.position(prefix + DataType.LENGTH_PREFIX_BYTES);
        int length = JsonStrings.readUtf8(cursor, memory);
        memory.putInt(prefix, length);
    }
}
