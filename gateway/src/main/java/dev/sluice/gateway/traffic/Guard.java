package dev.sluice.gateway.traffic;

import dev.sluice.worker.contract.TrafficPolicy;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a candidate is sent away or takes over, by what became of its requests and, over the same time, of the
 * stable version's.
 *
 * <p>Every bound is a question of shares: of requests that fail, of answers that differ, of answers slower than most of the
 * stable version's. The candidate is sent away when its share is beyond the bound by more than chance can explain, which is
 * asked at each look; {@value #SURE} standard deviations are so many that looking often does no harm. It has held when no
 * share of a whole window was beyond the bound at all, be that chance or not. So a candidate that is about as good as the
 * bound allows is neither sent away nor promoted, and nothing ever changes back and forth.
 *
 * @thread owned by one
 * @bound three sets of counts
 */
final class Guard {

    /** One look in 30,000 is further off by chance. */
    private static final double SURE = 4;

    /** Most answers of the stable version are faster than the rest by this part. */
    private static final double MOST = 0.9;

    private static final double PERCENT = 100;
    private static final Verdict GO_ON = new Verdict.GoOn();

    private final TrafficPolicy.Guard bounds;
    private Observed before = Observed.NOTHING;
    private long windowNanos;
    private long holdsSinceNanos;

    Guard(TrafficPolicy.Guard bounds, long nowNanos) {
        this.bounds = bounds;
        this.windowNanos = nowNanos;
        this.holdsSinceNanos = nowNanos;
    }

    /** @param total since the trial began */
    Verdict look(Observed total, long nowNanos) {
        Observed window = total.since(before);
        if (!isEnough(window.candidate().requests())
                && !isEnough(window.compared().all())) {
            return GO_ON;
        }
        Optional<String> surely = beyond(window, SURE);
        if (surely.isPresent()) {
            return new Verdict.Reject(surely.get());
        }
        if (nowNanos - windowNanos < bounds.window().toNanos()) {
            return GO_ON;
        }
        boolean holds = beyond(window, 0).isEmpty();
        before = total;
        windowNanos = nowNanos;
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

    /** Which bound it is beyond, if any, however many deviations chance is granted. */
    private Optional<String> beyond(Observed window, double deviations) {
        return Optional.ofNullable(failsMore(window, deviations))
                .or(() -> Optional.ofNullable(isSlower(window, deviations)))
                .or(() -> Optional.ofNullable(differs(window, deviations)));
    }

    private @Nullable String failsMore(Observed window, double deviations) {
        Share its = window.candidate().failed();
        Share others = window.stable().failed();
        boolean isBeyond = bounds.errorPoints() > 0
                && isEnough(its.all())
                && its.leastAbove(others, deviations) > bounds.errorPoints() / PERCENT;
        return isBeyond
                ? "%s of its requests failed, and %s of the stable version's".formatted(words(its), words(others))
                : null;
    }

    private @Nullable String isSlower(Observed window, double deviations) {
        Share all = window.stable().slowerThan(-1);
        if (bounds.latencyTimes() == 0 || !isEnough(all.all())) {
            return null;
        }
        int most = window.stable().bucketOf(MOST);
        double limitNanos = Latencies.end(most) * bounds.latencyTimes();
        Share its = window.candidate().slowerThan(Latencies.bucket((long) limitNanos));
        Share others = window.stable().slowerThan(most);
        return isEnough(its.all()) && its.leastAbove(others, deviations) > 0
                ? "%s of its answers took longer than %.3f ms, %s times as long as most of the stable version's"
                        .formatted(words(its), limitNanos / 1e6, bounds.latencyTimes())
                : null;
    }

    private @Nullable String differs(Observed window, double deviations) {
        Share differed = window.compared();
        boolean isBeyond = bounds.disagreementPercent() > 0
                && isEnough(differed.all())
                && differed.least(deviations) > bounds.disagreementPercent() / PERCENT;
        return isBeyond ? words(differed) + " of its answers to copies differed" : null;
    }

    private static String words(Share share) {
        return String.format(Locale.ROOT, "%.1f %% (%d of %d)", share.part() * PERCENT, share.some(), share.all());
    }
}
