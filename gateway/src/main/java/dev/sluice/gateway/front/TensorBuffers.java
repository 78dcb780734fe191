package dev.sluice.gateway.front;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/**
 * Direct memory for the tensors that one front loop decodes, used again and again.
 *
 * <p>A direct buffer costs microseconds to make and a garbage collection to free, so they are kept by size, powers of two.
 * Giving a buffer back is a promise that nobody reads it any more; whoever cannot promise that simply does not, and the
 * garbage collector frees it: nothing leaks and nothing is read after it was given to another request.
 *
 * @thread confined to one front loop
 * @bound keeps at most {@value #KEPT_BYTES} bytes; buffers above {@value #LARGEST_KEPT} bytes are not kept
 * @owns the buffers that lie here; one that was handed out belongs to the request
 */
public final class TensorBuffers {

    private static final int SMALLEST = 256;
    private static final int LARGEST_KEPT = 1 << 20;
    private static final int KEPT_BYTES = 16 << 20;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of generic queues has no other way to be made
    private final ArrayDeque<ByteBuffer>[] free = new ArrayDeque[Integer.SIZE];

    private int keptBytes;

    /** A little-endian buffer from 0 to {@code bytes}, with whatever was in it. */
    public ByteBuffer take(int bytes) {
        if (bytes > LARGEST_KEPT) {
            return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
        int sizeClass = sizeClass(bytes);
        ArrayDeque<ByteBuffer> kept = free[sizeClass];
        ByteBuffer buffer = kept == null ? null : kept.pollLast();
        if (buffer == null) {
            return ByteBuffer.allocateDirect(1 << sizeClass)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .limit(bytes);
        }
        keptBytes -= buffer.capacity();
        return buffer.clear().limit(bytes);
    }

    /** Takes back a buffer of {@link #take} that nobody reads any more; others, such as views of a body, are let go. */
    public void giveBack(ByteBuffer buffer) {
        int capacity = buffer.capacity();
        if (!buffer.isDirect() || capacity > LARGEST_KEPT) {
            return;
        }
        makeRoomFor(capacity);
        int sizeClass = sizeClass(capacity);
        if (free[sizeClass] == null) {
            free[sizeClass] = new ArrayDeque<>();
        }
        free[sizeClass].addLast(buffer);
        keptBytes += capacity;
    }

    /** Lets go of the largest ones first, so that one burst of large requests does not keep small ones out for ever. */
    private void makeRoomFor(int capacity) {
        for (int sizeClass = free.length - 1; keptBytes + capacity > KEPT_BYTES; sizeClass--) {
            ArrayDeque<ByteBuffer> kept = free[sizeClass];
            while (kept != null && !kept.isEmpty() && keptBytes + capacity > KEPT_BYTES) {
                keptBytes -= kept.removeLast().capacity();
            }
        }
    }

    private static int sizeClass(int bytes) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(bytes, SMALLEST) - 1);
    }
}
