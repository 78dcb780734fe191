package dev.sluice.worker.batch;

import java.util.concurrent.Semaphore;

/**
 * What a thread that can wait has of a device: one run at a time, each on a place.
 *
 * @thread one thread, which waits for its turn
 * @bound one place
 */
public final class PatientShare {

    private static final long UNKNOWN = 0;

    private final Semaphore granted = new Semaphore(0);
    private final DeviceShare share;

    public PatientShare(DeviceTurns.Stake stake) {
        this.share = stake.join(granted::release);
    }

    /** Waits until a run may begin. */
    public void begin() {
        while (!share.take(UNKNOWN)) {
            granted.acquireUninterruptibly();
        }
    }

    /** It is over, and its place is for whoever is next. */
    public void end(long takenNanos) {
        share.end(UNKNOWN, takenNanos);
        share.pass();
    }
}
