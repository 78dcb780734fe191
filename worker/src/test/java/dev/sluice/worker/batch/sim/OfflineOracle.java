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

    /** Time and memory grow with their square. */
    static final int MOST_REQUESTS = 3000;

    private static final long IMPOSSIBLE = Long.MAX_VALUE / 2;

    private OfflineOracle() {}

    static int mostInTime(Scenario.Model model, long[] moments) {
        int n = moments.length;
        long[][] doneAt = new long[n + 1][n + 1];
        Arrays.fill(doneAt[0], IMPOSSIBLE);
        doneAt[0][0] = 0;
        int[] most = new int[n + 1];
        for (int q = 1; q <= n; q++) {
            System.arraycopy(doneAt[q - 1], 0, doneAt[q], 0, n + 1);
            most[q] = most[q - 1];
            for (int rows = 1; rows <= Math.min(model.maxRows(), q); rows++) {
                long latestStart = moments[q - rows] + model.deadlineNanos() - model.nanos(rows);
                if (latestStart < moments[q - 1]) {
                    break;
                }
                Start start = new Start(moments[q - 1], latestStart, model.nanos(rows));
                int served = most[q - rows] + rows;
                while (served >= rows && !start.extend(doneAt[q - rows][served - rows], doneAt[q], served)) {
                    served--;
                }
                most[q] = Math.max(most[q], served);
                while (--served >= rows) {
                    start.extend(doneAt[q - rows][served - rows], doneAt[q], served);
                }
            }
        }
        return most[n];
    }

    /** A batch can start once its last member has come and as long as its first has time. */
    private record Start(long earliest, long latest, long runNanos) {

        /** Whether so many can be served with this batch behind what was done at that time. */
        boolean extend(long before, long[] doneAt, int served) {
            long at = Math.max(before, earliest);
            if (at <= latest) {
                doneAt[served] = Math.min(doneAt[served], at + runNanos);
            }
            return at <= latest;
        }
    }
}
