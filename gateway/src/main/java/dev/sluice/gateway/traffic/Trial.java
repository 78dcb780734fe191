package dev.sluice.gateway.traffic;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.drift.Comparison;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.TrafficPolicy;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the requests to a candidate and, over the same time, to the stable version.
 *
 * @thread counted on any; {@link #verdict} is asked for by one
 * @bound counters of two versions
 */
public final class Trial {

    private static final long REST_NANOS = 1_000_000_000;
    private static final long PAUSE_NANOS = 10_000_000_000L;

    private final ModelEndpoint candidate;
    private final TrafficPolicy policy;
    private final @Nullable String misfit;
    private final Guard guard;
    private final Side ofCandidate = new Side();
    private final Side ofStable = new Side();
    private final LongAdder compared = new LongAdder();
    private final LongAdder differed = new LongAdder();
    private final LongAdder copiesFailed = new LongAdder();
    private final AtomicInteger copies = new AtomicInteger();
    private final AtomicLong copiesRestUntilNanos;
    private volatile boolean decided;
    private volatile long silentUntilNanos;

    /** @param misfit why nothing can be sent its way; null if it can */
    Trial(ModelEndpoint candidate, TrafficPolicy policy, @Nullable String misfit, long nowNanos) {
        this.candidate = candidate;
        this.policy = policy;
        this.misfit = misfit;
        this.silentUntilNanos = nowNanos;
        this.copiesRestUntilNanos = new AtomicLong(nowNanos);
        this.guard = new Guard(policy.guard(), nowNanos);
    }

    public ModelEndpoint candidate() {
        return candidate;
    }

    /** What ends it by itself. */
    public TrafficPolicy.Guard bounds() {
        return policy.guard();
    }

    boolean isOf(ModelEndpoint endpoint, TrafficPolicy given, @Nullable String why) {
        return candidate.equals(endpoint) && policy.equals(given) && Objects.equals(misfit, why);
    }

    boolean isOf(long version, TrafficPolicy given) {
        return candidate.model().version() == version && policy.equals(given);
    }

    /** A request that one of both was asked first has come to its end; what is its client's fault says nothing. */
    public void ended(ModelId by, InferenceOutcome outcome, long nanos, long nowNanos) {
        Side side = by.equals(candidate.model()) ? ofCandidate : ofStable;
        switch (outcome) {
            case InferenceResponse answer -> side.answered(nanos);
            case InferenceError.EngineFailure failed -> side.failed();
            case InferenceError.DeadlineExceeded late -> {
                side.failed();
                turnedAway(nowNanos);
            }
            case InferenceError.Overloaded full -> {
                side.failed();
                turnedAway(nowNanos);
            }
            case InferenceError.CircuitOpen open -> side.failed();
            case InferenceError other -> {}
        }
    }

    /** There was no room for a request, or no time. */
    public void turnedAway(long nowNanos) {
        copiesRestUntilNanos.set(nowNanos + REST_NANOS);
    }

    /** Whether no copies are to set out, for somebody has just been turned away or answered too late. */
    public boolean copiesRest(long nowNanos) {
        return nowNanos - copiesRestUntilNanos.get() < 0;
    }

    /** Counts a copy in, unless there are so many; {@link #copyEnded} counts it out. */
    public boolean beginCopy(int most) {
        if (copies.incrementAndGet() <= most) {
            return true;
        }
        copies.decrementAndGet();
        return false;
    }

    public void copyEnded() {
        int left = copies.decrementAndGet();
        assert left >= 0 : "more copies ended than began";
    }

    /** The stable version has answered what the candidate called invalid, or was not given while its circuit was open. */
    public void failed() {
        ofCandidate.failed();
    }

    /** The candidate has failed a copy, or has been too late. */
    public void copyFailed() {
        compared(false);
        copiesFailed.increment();
    }

    /** The candidate has answered a copy. */
    public void compared(boolean agrees) {
        compared.increment();
        if (!agrees) {
            differed.increment();
        }
    }

    /**
     * What is to become of it; once that has been decided, and is being done, nothing more.
     *
     * @param outputs how they differ from the stable version's lately, as far as that is known
     */
    public Verdict verdict(List<Comparison> outputs, long nowNanos) {
        if (decided || nowNanos - silentUntilNanos < 0) {
            return new Verdict.GoOn();
        }
        Verdict verdict = misfit == null ? guard.look(observed(), outputs, nowNanos) : new Verdict.Reject(misfit);
        decided = !(verdict instanceof Verdict.GoOn);
        return verdict;
    }

    /** What was decided could not be done, so it may be decided anew, in a while. */
    public void reopen(long nowNanos) {
        silentUntilNanos = nowNanos + PAUSE_NANOS;
        decided = false;
    }

    /** All that has been counted, for operators. */
    public Totals totals() {
        Observed now = observed();
        return new Totals(
                now.stable().requests(),
                now.stable().failures(),
                now.candidate().requests(),
                now.candidate().failures(),
                now.compared().all(),
                now.compared().some());
    }

    private Observed observed() {
        long failed = copiesFailed.sum(); // first, or more could fail than differed
        long different = differed.sum(); // before all, or more could differ than were compared
        return new Observed(ofStable.counts(), ofCandidate.counts(), new Share(different, compared.sum()), failed);
    }

    /**
     * What has been counted since the trial began.
     *
     * @param stableRequests that the stable version was asked first
     * @param compared copies that the candidate has answered, or has failed to
     */
    public record Totals(
            long stableRequests,
            long stableFailures,
            long candidateRequests,
            long candidateFailures,
            long compared,
            long differed) {}

    /**
     * One of both.
     *
     * @thread as the class around it
     */
    private static final class Side {

        private final LongAdder requests = new LongAdder();
        private final LongAdder failures = new LongAdder();
        private final Latencies latencies = new Latencies();

        void answered(long nanos) {
            requests.increment();
            latencies.count(nanos);
        }

        void failed() {
            requests.increment();
            failures.increment();
        }

        Counts counts() {
            long failed = failures.sum(); // first, or more could fail than were asked
            return new Counts(requests.sum(), failed, latencies.counts());
        }
    }
}
