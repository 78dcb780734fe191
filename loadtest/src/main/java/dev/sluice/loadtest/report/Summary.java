package dev.sluice.loadtest.report;

import dev.sluice.loadtest.load.Outcome;
import dev.sluice.loadtest.load.Result;
import dev.sluice.loadtest.load.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * A result in words.
 *
 * @thread any; no state
 */
public final class Summary {

    private Summary() {}

    /** A few lines for each kind of traffic, and why the run proves nothing if it does not. */
    public static String of(Result result) {
        List<String> lines = new ArrayList<>();
        for (Tally tally : result.tallies()) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s: %,d requests in %.1f s, %,.1f/s; answered in time (%s) %,.1f/s, which is %.2f %%",
                    tally.name(),
                    tally.requests(),
                    result.seconds(),
                    result.perSecond(tally.requests()),
                    millis(tally.deadlineNanos()),
                    result.perSecond(tally.count(Outcome.IN_TIME)),
                    100.0 * tally.count(Outcome.IN_TIME) / Math.max(1, tally.requests())));
            lines.add("  " + outcomes(tally));
            lines.add("  latency from the plan  " + latency(tally.servedNanos()));
            lines.add("  latency from sending   " + latency(tally.fromSendingNanos()));
            lines.add("  refused after          " + latency(tally.refusedNanos()));
            lines.add("  sent behind the plan   " + latency(tally.slipNanos()));
        }
        result.doubts().forEach(doubt -> lines.add("INVALID  " + doubt));
        return String.join(System.lineSeparator(), lines);
    }

    private static String outcomes(Tally tally) {
        List<String> counts = new ArrayList<>();
        for (Outcome outcome : Outcome.values()) {
            if (tally.count(outcome) > 0) {
                counts.add(
                        String.format(Locale.ROOT, "%s %,d", outcome.label().replace('_', ' '), tally.count(outcome)));
            }
        }
        if (tally.retries() > 0) {
            counts.add(String.format(Locale.ROOT, "sent again %,d times", tally.retries()));
        }
        return counts.isEmpty() ? "nothing was planned" : String.join(", ", counts);
    }

    private static String latency(Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return "none";
        }
        return String.format(
                Locale.ROOT,
                "p50 %s, p90 %s, p99 %s, p99.9 %s, most %s, of %,d",
                at(nanos, 50),
                at(nanos, 90),
                at(nanos, 99),
                at(nanos, 99.9),
                at(nanos, 100),
                nanos.getTotalCount());
    }

    private static String at(Histogram nanos, double percentile) {
        return millis(nanos.getValueAtPercentile(percentile));
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
    }
}
