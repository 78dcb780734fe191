package dev.sluice.worker.batch.sim;

import java.util.Arrays;

/**
 * The most requests that anybody could serve in time on one instance, all arrivals known beforehand.
 *
 * <p>With one patience for all, some best schedule serves disjoint ranges of requests, contiguous in order of arrival: a
 * gap inside a batch can be swapped for its first member, a member served later for its last. So it is enough to know
 * the least time at which {@code m} of the first {@code q} requests can be done.
 */
final class OfflineOracle {

    private static final long IMPOSSIBLE = Long.MAX_VALUE / 2;

    private OfflineOracle() {}

    static int mostInTime(Scenario.Model model, long[] moments) {
        int n = moments.length;
        long[][] doneAt = new long[n + 1][n + 1];
        Arrays.fill(doneAt[0], IMPOSSIBLE);
        doneAt[0][0] = 0;
        for (int q = 1; q <= n; q++) {
            System.arraycopy(doneAt[q - 1], 0, doneAt[q], 0, n + 1);
            for (int rows = 1; rows <= Math.min(model.maxRows(), q); rows++) {
                long latestStart = moments[q - rows] + model.deadlineNanos() - model.nanos(rows);
                if (latestStart < moments[q - 1]) {
                    break;
                }
                extend(doneAt[q - rows], doneAt[q], rows, new Start(moments[q - 1], latestStart, model.nanos(rows)));
            }
        }
        int most = n;
        while (doneAt[n][most] == IMPOSSIBLE) {
            most--;
        }
        return most;
    }

    /** A batch can start once its last member has come and as long as its first has time. */
    private record Start(long earliest, long latest, long runNanos) {}

    private static void extend(long[] before, long[] here, int rows, Start start) {
        for (int served = rows; served < here.length; served++) {
            long at = Math.max(before[served - rows], start.earliest);
            if (at <= start.latest && at + start.runNanos < here[served]) {
                here[served] = at + start.runNanos;
            }
        }
    }
}
