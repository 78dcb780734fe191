package dev.sluice.gateway.traffic;

import dev.sluice.gateway.drift.Comparison;
import dev.sluice.worker.contract.TrafficPolicy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a candidate is sent away or takes over, by what became of its requests and, over the same time, of the
 * stable version's.
 *
 * <p>Every bound is a question of shares: of requests that fail, of answers that differ, of answers slower than most of
 * the stable version's; and of outputs, how far their distribution is from the stable version's. The candidate is sent
 * away when its share is beyond the bound by more than chance can explain. That is asked whenever twice as much has
 * come in a window as when it was asked last, so that a few looks do for a window, and what fails altogether is gone at
 * the first. It has held when all these questions could be asked of a whole window, and no share was beyond the bound
 * at all, be that chance or not: of what nobody has seen nothing is believed. A window lasts longer for a question that
 * cannot be asked yet, though not for ever. So a candidate that is about as good as the bound allows is neither sent
 * away nor promoted, and nothing ever changes back and forth.
 *
 * @thread owned by one
 * @bound a set of counts
 */
final class Guard {

    /** Chance has no more to say than once in a million looks. */
    private static final double SURE = Math.log(1e6);

    /** Whatever it is, chance or not. */
    private static final double AS_IT_IS = 0;

    /** Most answers of the stable version are faster than the rest by this part. */
    private static final double MOST = 0.9;

    /** Windows, and times the fewest requests, after which a question that cannot be asked is waited for no longer. */
    private static final int PATIENCE = 10;

    private static final double PERCENT = 100;
    private static final Verdict GO_ON = new Verdict.GoOn();

    /** What is looked at. */
    private record Window(Observed observed, List<Comparison> outputs) {}

    private final TrafficPolicy.Guard bounds;
    private Observed before = Observed.NOTHING;
    private long windowNanos;
    private long nextLook;
    private long holdsSinceNanos;

    Guard(TrafficPolicy.Guard bounds, long nowNanos) {
        this.bounds = bounds;
        this.windowNanos = nowNanos;
        this.holdsSinceNanos = nowNanos;
    }

    /**
     * What it says.
     *
     * @param total since the trial began
     * @param outputs how they differ lately, those of which enough is known
     */
    Verdict look(Observed total, List<Comparison> outputs, long nowNanos) {
        Window window = new Window(total.since(before), outputs);
        long seen = window.observed.candidate().requests()
                + window.observed.compared().all();
        boolean isWhole = canBeAsked(window);
        boolean isOver = isOver(isWhole, seen, nowNanos - windowNanos);
        if (!isEnough(seen) || !(isOver || seen >= nextLook)) {
            return GO_ON;
        }
        nextLook = 2 * seen;
        Optional<String> surely = beyond(window, SURE);
        if (surely.isPresent()) {
            return new Verdict.Reject(surely.get());
        }
        return isOver ? endOfWindow(total, isWhole && beyond(window, AS_IT_IS).isEmpty(), nowNanos) : GO_ON;
    }

    private boolean isOver(boolean isWhole, long seen, long lastedNanos) {
        long leastNanos = bounds.window().toNanos();
        boolean isOutOfPatience = lastedNanos / PATIENCE >= leastNanos && seen / PATIENCE >= bounds.minRequests();
        return lastedNanos >= leastNanos && (isWhole || isOutOfPatience);
    }

    /** Whether there is enough of everything for every bound that is set. */
    private boolean canBeAsked(Window asked) {
        Observed window = asked.observed;
        boolean errors =
                bounds.errorPoints() == 0 || isEnough(window.failedByCandidate().all());
        boolean latency = bounds.latencyTimes() == 0
                || (isEnough(window.stable().slowerThan(-1).all())
                        && isEnough(window.candidate().slowerThan(-1).all()));
        boolean disagreement =
                bounds.disagreementPercent() == 0 || isEnough(window.compared().all());
        boolean drift = bounds.drift() == 0 || !asked.outputs.isEmpty();
        return errors && latency && disagreement && drift;
    }

    private Verdict endOfWindow(Observed total, boolean holds, long nowNanos) {
        before = total;
        windowNanos = nowNanos;
        nextLook = 0;
        if (!holds) {
            holdsSinceNanos = nowNanos;
            return GO_ON;
        }
        long promoteAfter = bounds.promoteAfter().toNanos();
        return promoteAfter > 0 && nowNanos - holdsSinceNanos >= promoteAfter
                ? new Verdict.Promote("it has held for " + (nowNanos - holdsSinceNanos) / 1_000_000_000 + " s")
                : GO_ON;
    }

    private boolean isEnough(long requests) {
        return requests >= bounds.minRequests();
    }

    /** Which bound it is beyond, if any, with so much evidence against chance. */
    private Optional<String> beyond(Window asked, double evidence) {
        Observed window = asked.observed;
        return Optional.ofNullable(failsMore(window, evidence))
                .or(() -> Optional.ofNullable(isSlower(window, evidence)))
                .or(() -> Optional.ofNullable(differs(window, evidence)))
                .or(() -> Optional.ofNullable(drifts(asked.outputs, evidence)));
    }

    private @Nullable String failsMore(Observed window, double evidence) {
        Share its = window.failedByCandidate();
        Share others = window.stable().failed();
        boolean isNoExcuse = evidence == AS_IT_IS && !isEnough(others.all()); // a few that failed
        double excused = isNoExcuse ? 0 : others.most(evidence);
        boolean isBeyond = bounds.errorPoints() > 0
                && isEnough(its.all())
                && its.isAbove(excused + bounds.errorPoints() / PERCENT, evidence);
        return isBeyond
                ? "%s of its requests and copies failed, and %s of the stable version's requests"
                        .formatted(words(its), words(others))
                : null;
    }

    private @Nullable String isSlower(Observed window, double evidence) {
        Share all = window.stable().slowerThan(-1);
        if (bounds.latencyTimes() == 0 || !isEnough(all.all())) {
            return null;
        }
        int most = window.stable().bucketOf(MOST);
        double limitNanos = Latencies.end(most) * bounds.latencyTimes();
        Share its = window.candidate().slowerThan(Latencies.bucket((long) limitNanos));
        Share others = window.stable().slowerThan(most);
        return isEnough(its.all()) && its.isAbove(others.most(evidence), evidence)
                ? "%s of its answers took longer than %.3f ms, %s times as long as most of the stable version's"
                        .formatted(words(its), limitNanos / 1e6, bounds.latencyTimes())
                : null;
    }

    private @Nullable String differs(Observed window, double evidence) {
        Share differed = window.compared();
        boolean isBeyond = bounds.disagreementPercent() > 0
                && isEnough(differed.all())
                && differed.isAbove(bounds.disagreementPercent() / PERCENT, evidence);
        return isBeyond ? words(differed) + " of its answers to copies differed" : null;
    }

    private @Nullable String drifts(List<Comparison> outputs, double evidence) {
        for (Comparison output : outputs) {
            boolean isBeyond = evidence == AS_IT_IS
                    ? output.psiBeyondChance() > bounds.drift()
                    : output.isSurelyAbove(bounds.drift(), evidence + Math.log(outputs.size()));
            if (bounds.drift() > 0 && isBeyond) {
                return String.format(
                        Locale.ROOT,
                        "its output %s has a stability index of %.2f compared with the stable version's (%d and %d"
                                + " answers)",
                        output.output(),
                        output.psi(),
                        output.samples(),
                        output.baselineSamples());
            }
        }
        return null;
    }

    private static String words(Share share) {
        return String.format(Locale.ROOT, "%.1f %% (%d of %d)", share.part() * PERCENT, share.some(), share.all());
    }
}
