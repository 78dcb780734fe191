package dev.sluice.loadtest.load;

/**
 * How many requests it takes to trust a percentile, by the rule of MLPerf's load generator.
 *
 * <p>{@code t} of {@code n} requests were over the bound. If the true share were 1 % or more, would so few be a surprise?
 * The run proves its point when P(Binomial(n, 0.01) &lt;= t) &lt;= 0.01: when luck explains it in one case of a hundred at most.
 *
 * @thread any; no state
 * @source MLPerf Inference rules, early stopping, with tolerance 0 and confidence 0.99
 */
public final class EarlyStopping {

    private static final double SHARE_OVER = 0.01;
    private static final double LUCK = 0.01;

    private EarlyStopping() {}

    /** Whether so many over the bound, of so many requests, prove that less than 1 % are. */
    public static boolean proves(long requests, long over) {
        return over < requests * SHARE_OVER && atMost(over, requests) <= LUCK;
    }

    /** P(Binomial(n, 0.01) &lt;= t), summed in logarithms since the terms of a large n are too small for a double. */
    private static double atMost(long t, long n) {
        double odds = Math.log(SHARE_OVER / (1 - SHARE_OVER));
        double term = n * Math.log1p(-SHARE_OVER);
        double sum = Math.exp(term);
        for (long k = 1; k <= t; k++) {
            term += Math.log((double) (n - k + 1) / k) + odds;
            sum += Math.exp(term);
        }
        return sum;
    }
}
