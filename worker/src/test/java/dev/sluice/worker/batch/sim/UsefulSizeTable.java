package dev.sluice.worker.batch.sim;

import dev.sluice.worker.batch.AdaptivePolicy;
import dev.sluice.worker.batch.BatchDecision;
import dev.sluice.worker.batch.LatencyModel;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.QueueState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * What it costs to look for the right size of batches where there is always enough that waits, and runs scatter; printed
 * as Markdown when asked for: {@code mvn -pl worker test -Dtest=UsefulSizeTable}.
 */
class UsefulSizeTable {

    private static final int SEEDS = 20;
    private static final int FIRST = 1_000;
    private static final int BATCHES = 10_000;
    private static final int RUNS_OF_PROFILE = 5;

    /** Curves as they are, and as far as a warm-up measures them: to the first size that gains nothing. */
    private record Curve(String name, int profiledRows, int maxRows, IntToDoubleFunction nanos) {}

    private static final List<Curve> CURVES = List.of(
            new Curve("gains nothing: 7 ms a row", 2, 8, rows -> 7e6 * rows),
            new Curve(
                    "worse if large: 8 % a row from 3 rows, 10 % from 5",
                    2, 8, rows -> 7e6 * rows * (rows < 3 ? 1 : rows < 5 ? 1.08 : 1.1)),
            new Curve("bent: 1 ms + 1 a row, 1.5 from 5 rows", 8, 8, rows -> 1e6 + (rows < 5 ? 1e6 : 1.5e6) * rows),
            new Curve("demo CNN: 0.02 ms + 0.062 a row", 32, 32, rows -> 2e4 + 6.2e4 * rows),
            new Curve("small network: 8 us + 1.2 a row", 32, 32, rows -> 8e3 + 1.2e3 * rows));

    @Test
    void print() {
        System.out.println(
                "| model | scatter of runs | rows cost more than at the best size | batches of 1, 2, 4, 8, 16, 32 rows |");
        System.out.println("|---|---|---|---|");
        for (Curve curve : CURVES) {
            for (double noise : new double[] {0.02, 0.05, 0.1, 0.2, 0.4}) {
                double[] times = new double[curve.maxRows() + 1];
                for (long seed = 1; seed <= SEEDS; seed++) {
                    play(curve, noise, new Random(seed), times);
                }
                print(curve, noise, times);
            }
        }
    }

    private static void play(Curve curve, double noise, Random random, double[] times) {
        List<LatencyPoint> profile = new ArrayList<>();
        for (int run = 0; run < RUNS_OF_PROFILE; run++) {
            for (int rows = 1; rows <= curve.profiledRows(); rows *= 2) {
                profile.add(new LatencyPoint(rows, nanos(curve, rows, noise, random)));
            }
        }
        LatencyModel latency = new LatencyModel(profile, curve.maxRows());
        AdaptivePolicy policy = new AdaptivePolicy(curve.maxRows(), AdaptivePolicy.NO_SLO);
        for (int batch = 0; batch < BATCHES; batch++) {
            QueueState queue = new QueueState(64, 64, 64, 0, 1L << 40, 1, 1, batch);
            int rows = policy.decide(queue, latency, 0) instanceof BatchDecision.Flush(int maxRows) ? maxRows : 0;
            latency.observe(rows, nanos(curve, rows, noise, random));
            times[rows] += batch < FIRST ? 0 : 1;
        }
    }

    private static long nanos(Curve curve, int rows, double noise, Random random) {
        double scatter = Math.exp(noise * random.nextGaussian() - noise * noise / 2);
        return Math.round(curve.nanos().applyAsDouble(rows) * scatter);
    }

    private static void print(Curve curve, double noise, double[] times) {
        double best = Double.POSITIVE_INFINITY;
        double taken = 0;
        double rows = 0;
        for (int size = 1; size < times.length; size++) {
            best = Math.min(best, curve.nanos().applyAsDouble(size) / size);
            taken += times[size] * curve.nanos().applyAsDouble(size);
            rows += times[size] * size;
        }
        StringBuilder shares = new StringBuilder();
        for (int size = 1; size < times.length; size *= 2) {
            double about = 0; // the size itself and what is nearer to it than to the next
            for (int near = (2 * size + 2) / 3; near <= Math.min(curve.maxRows(), 4 * size / 3); near++) {
                about += times[near];
            }
            shares.append(String.format(
                    Locale.ROOT, "%s%.0f", size == 1 ? "" : ", ", 100 * about / SEEDS / (BATCHES - FIRST)));
        }
        System.out.println(String.format(
                Locale.ROOT,
                "| %s | %.0f %% | %.2f %% | %s %% |",
                curve.name(),
                100 * noise,
                100 * (taken / rows / best - 1),
                shares));
    }
}
