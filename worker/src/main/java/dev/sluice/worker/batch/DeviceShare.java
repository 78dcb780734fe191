package dev.sluice.worker.batch;

/**
 * What one model has of its device: places to run on, and a turn.
 *
 * @thread called on the batcher loop of the model; the fields belong to {@link DeviceTurns} and its lock
 * @owns a place from {@link #take}, or from the grant, until it is passed on
 */
public final class DeviceShare {

    private final DeviceTurns device;
    private final double weight;
    private final Runnable whenGranted;

    /** All device time charged so far, in the clock's time. */
    double due;

    /** What the run that it stands in line for adds to that. */
    double wanted;

    /** Places that were given to it in its turn. */
    int granted;

    /** Places that its runs have left, to be had again if it is still its turn. */
    int atHand;

    int running;
    long runningNanos;

    /** Whether it wanted nothing more when it was asked last. */
    boolean isAway = true;

    boolean hasLeft;

    DeviceShare(DeviceTurns device, double weight, Runnable whenGranted) {
        this.device = device;
        this.weight = weight;
        this.whenGranted = whenGranted;
    }

    /** Whether a run may begin; if not, there will be a grant once it may. */
    boolean take(long expectedNanos) {
        return device.take(this, expectedNanos);
    }

    /** A run is over. Its place is at hand, to be taken again or passed on. */
    void end(long expectedNanos, long takenNanos) {
        device.end(this, expectedNanos, takenNanos);
    }

    /** That run, which has no place any more, has taken so much longer. */
    void charge(long nanos) {
        device.charge(this, nanos);
    }

    /** Hands on what it has not taken. */
    public void pass() {
        device.pass(this);
    }

    /** For good; what still runs no longer counts. */
    public void leave() {
        device.leave(this);
    }

    int freePlaces() {
        return device.free();
    }

    double weight() {
        return weight;
    }

    Runnable whenGranted() {
        return whenGranted;
    }
}
