package dev.sluice.worker.batch.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** The oracle finds what trying everything finds. */
class OfflineOracleTest {

    private record Search(Scenario.Model model, long[] moments) {

        /** The most of those in {@code open} that can be served in time from that time on. */
        int most(int open, long now) {
            int most = 0;
            for (int batch = open; batch > 0; batch = (batch - 1) & open) {
                int rows = Integer.bitCount(batch);
                long ready = Math.max(now, moments[Integer.SIZE - 1 - Integer.numberOfLeadingZeros(batch)]);
                long end = ready + model.nanos(rows);
                long deadline = moments[Integer.numberOfTrailingZeros(batch)] + model.deadlineNanos();
                if (rows <= model.maxRows() && end <= deadline) {
                    most = Math.max(most, rows + most(open & ~batch, end));
                }
            }
            return most;
        }
    }

    @Test
    void agreesWithTryingEverything() {
        int[] seen = new int[9];
        for (long seed = 1; seed <= 400; seed++) {
            Random random = new Random(seed);
            Scenario.Model model = new Scenario.Model(
                    1 + random.nextInt(10), 1 + random.nextInt(5), 1 + random.nextInt(5), 10 + random.nextInt(30));
            long[] moments = new long[2 + random.nextInt(7)];
            long at = 0;
            for (int i = 0; i < moments.length; i++) {
                at += random.nextInt(6);
                moments[i] = at;
            }
            int most = new Search(model, moments).most((1 << moments.length) - 1, 0);
            assertEquals(most, OfflineOracle.mostInTime(model, moments), "with seed " + seed);
            seen[moments.length - most]++;
        }
        assertEquals(true, seen[0] > 20 && seen[1] > 20 && seen[2] > 20, "cases with none, one and two left out");
    }
}
