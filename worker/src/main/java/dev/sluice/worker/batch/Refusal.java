package dev.sluice.worker.batch;

import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;

/**
 * That a request is let go: why, for whoever counts, and what its client is told.
 *
 * @thread immutable
 */
record Refusal(DropReason reason, InferenceError error) {

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
        return new Refusal(DropReason.LATE_AT_ARRIVAL, new InferenceError.DeadlineExceeded("enqueue"));
    }

    static Refusal busyAtArrival(ModelId model) {
        return tooMuchToDo(DropReason.BUSY_AT_ARRIVAL, model);
    }

    static Refusal hopeless() {
        return new Refusal(DropReason.HOPELESS, new InferenceError.DeadlineExceeded("queue"));
    }

    static Refusal givenUp(ModelId model) {
        return tooMuchToDo(DropReason.GIVEN_UP, model);
    }

    /** Of a request that nobody waits for any more, before it was queued. */
    static Refusal unwantedAtArrival(QueuedRequest queued) {
        return isCancelled(queued) ? cancelledQueued() : lateAtArrival();
    }

    /** Of a request that nobody waits for any more, before it ran. */
    static Refusal unwantedQueued(QueuedRequest queued) {
        return isCancelled(queued) ? cancelledQueued() : expired(DropReason.EXPIRED_QUEUED, "queue");
    }

    /** Of a request that nobody waits for any more, while it runs. */
    static Refusal unwantedRunning(QueuedRequest queued) {
        return isCancelled(queued) ? cancelledRunning() : expired(DropReason.EXPIRED_RUNNING, "execution");
    }

    static Refusal cancelledQueued() {
        return new Refusal(DropReason.CANCELLED_QUEUED, new InferenceError.Cancelled());
    }

    static Refusal cancelledRunning() {
        return new Refusal(DropReason.CANCELLED_RUNNING, new InferenceError.Cancelled());
    }

    /** Of everything, whether it can be helped or not. */
    static Refusal ofAll(InferenceError why) {
        boolean draining = why instanceof InferenceError.Draining;
        return new Refusal(draining ? DropReason.DRAINING : DropReason.MODEL_FAILED, why);
    }

    private static boolean isCancelled(QueuedRequest queued) {
        return queued.request().cancellation().isCancelled();
    }

    private static Refusal expired(DropReason reason, String stage) {
        return new Refusal(reason, new InferenceError.DeadlineExceeded(stage));
    }

    private static Refusal tooMuchToDo(DropReason reason, ModelId model) {
        return overloaded(reason, "model " + model + " has more to do than it can finish within the deadlines");
    }

    private static Refusal overloaded(DropReason reason, String message) {
        return new Refusal(reason, new InferenceError.Overloaded(message, InferenceError.RETRY_SOON_MILLIS));
    }
}
