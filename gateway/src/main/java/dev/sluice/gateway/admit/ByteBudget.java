package dev.sluice.gateway.admit;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A bound on the bytes of all requests that are held at one time: bodies as they come, and the tensors decoded from them.
 *
 * @thread any; one atomic counter
 * @bound {@code maxBytes}, but for what is on its way out
 * @errors Overloaded
 */
public final class ByteBudget {

    private final long maxBytes;
    private final MeanStay stays;
    private final AtomicLong heldBytes = new AtomicLong();

    public ByteBudget(long maxBytes) {
        this(maxBytes, new MeanStay());
    }

    /** @param stays of the requests, with which their bytes go */
    ByteBudget(long maxBytes, MeanStay stays) {
        this.maxBytes = maxBytes;
        this.stays = stays;
    }

    /**
     * Counts so many more in.
     *
     * @throws InferenceException Overloaded when that would be too many
     */
    public void reserve(long bytes) {
        if (!tryReserve(bytes)) {
            throw new InferenceException(InferenceError.Overloaded.until(
                    "the server holds " + heldBytes() + " bytes of requests and takes no more", stays.nanos()));
        }
    }

    /** Counts so many more in, however many there are: of what is on its way out, for which newcomers wait then. */
    public void hold(long bytes) {
        heldBytes.addAndGet(bytes);
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
