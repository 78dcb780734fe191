package dev.sluice.worker.batch;

import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A request that waits or runs, and the one outcome it is owed.
 *
 * @thread owned by the batcher loop; a worker thread reads none of it, but {@link Batch#requests}
 * @owns the request until {@link #complete}, which is called exactly once and lets go of its tensors, whoever still
 *     knows this one
 */
public final class QueuedRequest extends PlacedHeap.Member {

    private @Nullable InferenceRequest request;
    private final long enqueuedNanos;
    private final Completion completion;
    private final BatchKind kind;
    private final @Nullable Part part;

    /** The flow it waits in; null when it does not wait. The links below are kept by the lists that it stands in. */
    @Nullable
    Flow flow;

    @Nullable
    QueuedRequest ahead;

    @Nullable
    QueuedRequest behind;

    @Nullable
    QueuedRequest older;

    @Nullable
    QueuedRequest newer;

    /** Who has been charged with how much for it, from when it was taken to be run until its batch is complete. */
    @Nullable
    Client payer;

    long costNanos;

    /** What it is suspected in; null as long as no batch that it was in has failed. */
    @Nullable
    Search search;

    /** The batch that it was in first; null until then. */
    @Nullable
    Trial trial;

    /** Whether it waits among the {@link Suspects} to run once more. */
    boolean waitsAgain;

    /** Whether it has failed alone in one group and was given to another. */
    boolean isElsewhere;

    /** Which one it was to come to its queue; of what follows a piece of the same request, that one's. */
    long ordinal;

    private boolean follows;
    private boolean gone;

    QueuedRequest(InferenceRequest request, long enqueuedNanos, Completion completion) {
        this(request, BatchKind.of(request), enqueuedNanos, completion);
    }

    QueuedRequest(InferenceRequest request, BatchKind kind, long enqueuedNanos, Completion completion) {
        this.request = request;
        this.enqueuedNanos = enqueuedNanos;
        this.completion = completion;
        this.kind = kind;
        this.part = completion instanceof Part piece ? piece : null;
    }

    /** Has it take the place in time of another that is of the same request and has left the queue. */
    void follow(QueuedRequest first) {
        ordinal = first.ordinal;
        follows = true;
    }

    /** Whether others of the same request have been run: then it was let in with the first of them. */
    boolean follows() {
        return follows;
    }

    boolean isPart() {
        return part != null;
    }

    boolean isQueued() {
        return flow != null;
    }

    /** To be asked for as long as it has no outcome. */
    public InferenceRequest request() {
        return Objects.requireNonNull(request, "it has its outcome");
    }

    long enqueuedNanos() {
        return enqueuedNanos;
    }

    long deadlineNanos() {
        return request().deadline().atNanos();
    }

    /** Whether nobody waits for it any more: its deadline has passed, or its client has gone. */
    boolean isUnwanted(long nowNanos) {
        return request().cancellation().isCancelled() || request().deadline().isExpired(nowNanos);
    }

    /** Lets what follows it know that this is not in the queue any more, but is going to be run. */
    void taken() {
        if (part != null) {
            part.taken();
        }
    }

    /** How many rows of the same request are to follow, as far as that has been divided. */
    int rowsToCome() {
        return part == null ? 0 : part.rowsToCome();
    }

    /** Whether it is for the request that it is a piece of to say whether that drop counts. */
    boolean leavesCounting(DropReason reason) {
        if (part != null) {
            part.dropped(reason);
        }
        return part != null;
    }

    /** Has its rows go on in smaller pieces, if it is one; it has no outcome then. */
    boolean cutAgain() {
        if (part == null || isCompleted() || !part.cutAgain()) {
            return false;
        }
        request = null;
        return true;
    }

    /** Its client has gone, after it was completed. */
    void withdraw() {
        completion.withdraw();
    }

    /** Its client went while it ran. */
    void goes() {
        gone = true;
    }

    boolean hasGone() {
        return gone;
    }

    /** What the batch that it was in first comes to does not depend on it any more. */
    void leavesTrial() {
        if (trial != null) {
            trial.left();
            trial = null;
        }
    }

    boolean isCompleted() {
        return request == null;
    }

    void complete(InferenceOutcome outcome) {
        assert !isCompleted() : "completed twice";
        request = null;
        if (trial != null) {
            trial.left();
        }
        completion.complete(outcome);
    }

    /** What it shares with those that it may run with. */
    BatchKind kind() {
        return kind;
    }

    boolean batchesWith(QueuedRequest other) {
        return kind.equals(other.kind);
    }
}
