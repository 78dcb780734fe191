package dev.sluice.gateway.front.call;

import dev.sluice.worker.contract.Deadline;
import java.time.Duration;

/**
 * How long answers take from the batcher to the socket, learned; they are wanted there so much earlier.
 *
 * <p>What the batcher has ready by the deadline has still to cross to this loop, which may be busy with others, and to
 * be written. So a deadline is brought forward by what that takes, in the mean and twice the deviation, but by no more
 * than a tenth of the time that there is.
 *
 * @thread confined to one front loop
 * @units nanoseconds
 */
final class WayBack {

    /** Weight of the newest answer: some hundred are remembered. */
    private static final double NEWEST = 0.02;

    private static final double SAFETY = 2;

    private static final int LARGEST_PART = 10;

    /** One odd answer counts no more than so many times what is known, but for short ones. */
    private static final double ODD = 8;

    private static final double NEVER_ODD_NANOS = 1e6;

    private double meanNanos;
    private double variance;

    /** Takes note of an answer that has been written. */
    void took(long nanos) {
        double most = Math.max(NEVER_ODD_NANOS, ODD * allowanceNanos());
        double fromMean = Math.clamp((double) nanos, 0, most) - meanNanos;
        meanNanos += NEWEST * fromMean;
        variance = (1 - NEWEST) * (variance + NEWEST * fromMean * fromMean);
    }

    /** When the batcher must have the answer to a request that came then and may take so long. */
    Deadline deadline(Duration timeout, long startNanos) {
        long nanos = timeout.toNanos();
        return new Deadline(startNanos + nanos - Math.min(nanos / LARGEST_PART, (long) allowanceNanos()));
    }

    private double allowanceNanos() {
        return meanNanos + SAFETY * Math.sqrt(variance);
    }
}
