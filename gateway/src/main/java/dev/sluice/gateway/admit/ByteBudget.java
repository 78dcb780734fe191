package dev.sluice.gateway.admit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound on the bytes of all request bodies that are held at one time.
 *
 * @thread any; one atomic counter
 * @bound {@code maxBytes}
 */
public final class ByteBudget {

    private final long maxBytes;
    private final AtomicLong heldBytes = new AtomicLong();

    ByteBudget(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Counts so many more in, unless that would be too many. */
    public boolean tryReserve(long bytes) {
        if (heldBytes.addAndGet(bytes) <= maxBytes) {
            return true;
        }
        heldBytes.addAndGet(-bytes);
        return false;
    }

    public void release(long bytes) {
        long left = heldBytes.addAndGet(-bytes);
        assert left >= 0 : "more bytes were released than reserved";
    }

    public long heldBytes() {
        return heldBytes.get();
    }

    public long maxBytes() {
        return maxBytes;
    }
}
