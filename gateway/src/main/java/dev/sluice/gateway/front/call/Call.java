package dev.sluice.gateway.front.call;

import dev.sluice.gateway.admit.Permit;
import dev.sluice.gateway.admit.Verdict;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.gateway.traffic.Split;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One inference request, whatever protocol it came by: what it says of itself, and how its client hears the end of it.
 *
 * @thread confined to the front loop of its connection
 */
public abstract class Call {

    private @Nullable Permit place;
    private @Nullable Deadline deadline;
    private boolean versionOpen;
    private @Nullable Split split;
    private boolean hasKey;
    private boolean leftByCandidate;

    public abstract Protocol protocol();

    /** Names it in logs and in errors that say nothing else. */
    public abstract String requestId();

    /** Who sends it. */
    public abstract String client();

    /** Whose key it came with, or its stream; null where none is asked for. */
    public abstract @Nullable KeyHolder keyHolder();

    /** When its head had arrived. */
    public abstract long startNanos();

    /** Takes note when its client goes before it has been answered; asked once, when the request sets out. */
    public abstract Cancellation cancellation();

    /** Whether an answer can still be given: none has been, and the client is there. */
    public abstract boolean isOpen();

    /** Keeps its place in the quotas, until {@link #leave} or until its client has gone. */
    protected void hold(Permit given) {
        place = given;
    }

    /** Gives its place in the quotas back, if it still has it; before the answer, so that whoever has that finds room. */
    protected final void leave() {
        if (place != null) {
            place.release(Verdict.IGNORED);
            place = null;
        }
    }

    /** Takes note of when its client stops waiting. */
    void endsBy(Deadline itsEnd) {
        deadline = itsEnd;
    }

    /** When its client stops waiting; known once it has been read, and later than what the batcher is told. */
    Deadline deadline() {
        return Objects.requireNonNull(deadline, "it has been read");
    }

    /** Takes note of whether any version of the model will do. */
    void asks(RequestedModel requested) {
        versionOpen = requested.version() == null;
    }

    boolean isVersionOpen() {
        return versionOpen;
    }

    /** That header of the request, or of the stream that it came on, all of its lines; empty where there is none. */
    protected String header(String name) {
        return "";
    }

    /** Takes note of how the requests to its model are divided, and whether its head says by what. */
    void isDivided(Split by, boolean keyed) {
        split = by;
        hasKey = keyed;
    }

    @Nullable
    Split split() {
        return split;
    }

    boolean hasKey() {
        return hasKey;
    }

    /** Takes note of whether it was the candidate's, which could not take it or called it invalid. */
    void isLeftByCandidate(boolean left) {
        leftByCandidate = left;
    }

    boolean isLeftByCandidate() {
        return leftByCandidate;
    }

    /**
     * What the cache of answers did for it.
     *
     * @param ageSeconds of the answer; 0 for one that has just been made
     */
    protected void cached(CacheUse use, long ageSeconds) {}

    /** Another model answers in place of the one that was asked. */
    public abstract void standsIn(ModelId model);

    /** How much is to be made of the outputs before the answer can be given. */
    protected OutputWork work(ModelEndpoint endpoint, InferenceResponse response) {
        return OutputWork.NONE;
    }

    /**
     * Makes it, so that {@link #answer} has nothing left to do but to give it; on another thread where it is much.
     *
     * @throws InferenceException as {@link #answer} does
     */
    protected void make(ModelEndpoint endpoint, InferenceResponse response) {}

    /**
     * Gives the answer; to a client that has gone, nothing.
     *
     * @throws InferenceException when it cannot be given, and the error is to be given instead
     */
    public abstract void answer(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form);

    /** Gives an error for an answer. */
    public abstract void refuse(InferenceError error);
}
