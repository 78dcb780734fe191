package dev.sluice.worker.batch;

import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * That a request is let go: why, for whoever counts, and what its client is told.
 *
 * @thread immutable
 */
record Refusal(DropReason reason, InferenceError error) {

    private static final Refusal LATE_AT_ARRIVAL = tooLate(DropReason.LATE_AT_ARRIVAL, "enqueue");
    private static final Refusal HOPELESS = tooLate(DropReason.HOPELESS, "queue");
    private static final Refusal EXPIRED_QUEUED = tooLate(DropReason.EXPIRED_QUEUED, "queue");
    private static final Refusal EXPIRED_RUNNING = tooLate(DropReason.EXPIRED_RUNNING, "execution");
    private static final Refusal CANCELLED_QUEUED = cancelled(DropReason.CANCELLED_QUEUED);
    private static final Refusal CANCELLED_RUNNING = cancelled(DropReason.CANCELLED_RUNNING);

    /**
     * What the client is told, who may come back when the work that is there now is done.
     *
     * @param workNanos how long that takes; asked for only if the client is told to come back
     */
    InferenceError error(DoubleSupplier workNanos) {
        return error instanceof InferenceError.Overloaded overloaded
                ? InferenceError.Overloaded.until(overloaded.message(), workNanos.getAsDouble())
                : error;
    }

    static Refusal queueFull(ModelId model, int requests) {
        return overloaded(
                DropReason.QUEUE_FULL, "the queue of model " + model + " is full (" + requests + " requests)");
    }

    static Refusal displaced(ModelId model) {
        return overloaded(
                DropReason.DISPLACED,
                "the queue of model " + model
                        + " is full, and the place went to a client with fewer in it or to a higher priority");
    }

    static Refusal lateAtArrival() {
        return LATE_AT_ARRIVAL;
    }

    static Refusal busyAtArrival(ModelId model) {
        return tooMuchToDo(DropReason.BUSY_AT_ARRIVAL, model);
    }

    static Refusal hopeless() {
        return HOPELESS;
    }

    static Refusal givenUp(ModelId model) {
        return tooMuchToDo(DropReason.GIVEN_UP, model);
    }

    /** Of a request that nobody waits for any more, before it was queued. */
    static Refusal unwantedAtArrival(QueuedRequest queued) {
        return isCancelled(queued) ? CANCELLED_QUEUED : LATE_AT_ARRIVAL;
    }

    /** Of a request that nobody waits for any more, before it ran. */
    static Refusal unwantedQueued(QueuedRequest queued) {
        return isCancelled(queued) ? CANCELLED_QUEUED : EXPIRED_QUEUED;
    }

    /** Of a request that nobody waits for any more, while it runs. */
    static Refusal unwantedRunning(QueuedRequest queued) {
        return isCancelled(queued) ? CANCELLED_RUNNING : EXPIRED_RUNNING;
    }

    static Refusal cancelledQueued() {
        return CANCELLED_QUEUED;
    }

    static Refusal cancelledRunning() {
        return CANCELLED_RUNNING;
    }

    /** Of whoever comes or waits while the model is left alone; null when it is not. */
    static @Nullable Refusal atGate(BatchGate gate) {
        InferenceError why = gate.refusal();
        return why == null ? null : new Refusal(DropReason.CIRCUIT_OPEN, why);
    }

    /** Of everything, whether it can be helped or not. */
    static Refusal ofAll(InferenceError why) {
        boolean draining = why instanceof InferenceError.Draining;
        return new Refusal(draining ? DropReason.DRAINING : DropReason.MODEL_FAILED, why);
    }

    private static boolean isCancelled(QueuedRequest queued) {
        return queued.request().cancellation().isCancelled();
    }

    private static Refusal tooLate(DropReason reason, String stage) {
        return new Refusal(reason, new InferenceError.DeadlineExceeded(stage));
    }

    private static Refusal cancelled(DropReason reason) {
        return new Refusal(reason, new InferenceError.Cancelled());
    }

    private static Refusal tooMuchToDo(DropReason reason, ModelId model) {
        return overloaded(reason, "model " + model + " has more to do than it can finish within the deadlines");
    }

    private static Refusal overloaded(DropReason reason, String message) {
        return new Refusal(reason, new InferenceError.Overloaded(message, InferenceError.RETRY_SOON_MILLIS));
    }
}
