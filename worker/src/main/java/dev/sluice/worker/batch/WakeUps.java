package dev.sluice.worker.batch;

/**
 * Asks to be woken no more often than is of use: one that comes too early does no harm, so none is ever taken back.
 *
 * @thread owned by the batcher loop
 * @bound one timer at a time
 */
final class WakeUps {

    private final BatchTimer timer;
    private boolean due;
    private long dueNanos;

    WakeUps(BatchTimer timer) {
        this.timer = timer;
    }

    /** At that time or before. */
    void at(long nanos) {
        if (!due || nanos - dueNanos < 0) {
            due = true;
            dueNanos = nanos;
            timer.wakeAt(nanos);
        }
    }

    /** What was asked for has come. */
    void came() {
        due = false;
    }
}
