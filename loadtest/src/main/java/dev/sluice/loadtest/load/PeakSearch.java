package dev.sluice.loadtest.load;

import java.util.function.DoubleFunction;

/**
 * Finds the highest rate at which a server keeps its bound: doubles until a run fails, then bisects.
 *
 * @thread the one that made it
 */
public final class PeakSearch {

    /** What a run at one rate came to. */
    public enum Verdict {
        PASSED,
        FAILED,
        /** The generator could not keep its plan, so this is no fact about the server. */
        DOUBTFUL
    }

    /**
     * @param perSecond the highest rate that passed; 0 if none did
     * @param ceiling whether the generator, and not the server, set that limit
     */
    public record Peak(double perSecond, boolean ceiling) {}

    private static final double HIGHEST = 1e6;

    private final double precision;
    private final double lowest;

    /**
     * @param precision the search ends when the highest that passed and the lowest that failed are that close, as a share
     * @param lowest rate that is tried
     */
    public PeakSearch(double precision, double lowest) {
        this.precision = precision;
        this.lowest = lowest;
    }

    public Peak find(double first, DoubleFunction<Verdict> run) {
        double passed = 0;
        double failed = HIGHEST;
        boolean ceiling = false;
        double rate = first;
        while (failed > passed * (1 + precision) && rate >= lowest && rate < HIGHEST) {
            Verdict verdict = run.apply(rate);
            if (verdict == Verdict.PASSED) {
                passed = rate;
            } else {
                failed = rate;
                ceiling = verdict == Verdict.DOUBTFUL;
            }
            rate = next(passed, failed);
        }
        return new Peak(passed, ceiling);
    }

    private static double next(double passed, double failed) {
        if (failed == HIGHEST) {
            return 2 * passed;
        }
        return passed == 0 ? failed / 2 : (passed + failed) / 2;
    }
}
