package dev.sluice.gateway.front;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * Direct memory for the tensors that one front loop decodes, used again and again.
 *
 * <p>A direct buffer costs microseconds to make and a garbage collection to free, so they are kept by size, powers of two.
 * Giving a buffer back is a promise that nobody reads it any more; whoever cannot promise that simply does not, and the
 * garbage collector frees it: nothing leaks and nothing is read after it was given to another request.
 *
 * <p>What is handed out counts as held by its request, whose reader takes over the count with {@link #settle} and ends it
 * when the request has ended; so it is right whatever became of the buffers.
 *
 * @thread confined to one front loop
 * @bound keeps at most {@value #KEPT_BYTES} bytes; buffers above {@value #LARGEST_KEPT} bytes are not kept
 * @errors Overloaded when the budget is spent, PayloadTooLarge for a request that would not fit it alone
 * @owns the buffers that lie here; one that was handed out belongs to the request
 */
public final class TensorBuffers {

    private static final int SMALLEST = 256;
    private static final int LARGEST_KEPT = 1 << 20;
    private static final int KEPT_BYTES = 16 << 20;

    @SuppressWarnings({"unchecked", "rawtypes"}) // an array of generic queues has no other way to be made
    private final ArrayDeque<ByteBuffer>[] free = new ArrayDeque[Integer.SIZE];

    private final ByteBudget budget;
    private int keptBytes;
    private long unsettledBytes;
    private long bodyBytes;

    public TensorBuffers(ByteBudget budget) {
        this.budget = budget;
    }

    /** Without a bound on what is handed out. */
    public TensorBuffers() {
        this(new ByteBudget(Long.MAX_VALUE));
    }

    /** What is taken until {@link #settle} is for a request whose body is held meanwhile, and counted by somebody else. */
    public void besideBody(long bytes) {
        bodyBytes = bytes;
    }

    /** A little-endian buffer from 0 to {@code bytes}, with whatever was in it. */
    public ByteBuffer take(int bytes) {
        int capacity = bytes > LARGEST_KEPT ? bytes : 1 << sizeClass(bytes);
        if (capacity > budget.maxBytes() - bodyBytes - unsettledBytes) {
            throw new InferenceException(SizeLimit.of(budget).tooLarge());
        }
        budget.reserve(capacity);
        unsettledBytes += capacity;
        ByteBuffer buffer = bytes > LARGEST_KEPT ? null : takeKept(capacity);
        if (buffer == null) {
            buffer = ByteBuffer.allocateDirect(capacity).order(ByteOrder.LITTLE_ENDIAN);
        }
        return buffer.clear().limit(bytes);
    }

    private @Nullable ByteBuffer takeKept(int capacity) {
        ArrayDeque<ByteBuffer> kept = free[sizeClass(capacity)];
        ByteBuffer buffer = kept == null ? null : kept.pollLast();
        if (buffer != null) {
            keptBytes -= buffer.capacity();
        }
        return buffer;
    }

    /** So many bytes of the budget have been handed out since this was asked last; it is for the caller to release them. */
    public long settle() {
        long bytes = unsettledBytes;
        unsettledBytes = 0;
        bodyBytes = 0;
        return bytes;
    }

    /** So many bytes that {@link #settle} counted belong to what is read now: a tensor that was filled meanwhile elsewhere. */
    public void resume(long settled) {
        unsettledBytes += settled;
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
