package dev.sluice.gateway.traffic;

/**
 * Some of all, and what that says of where they come from.
 *
 * <p>What chance makes of a share is bounded by Chernoff's inequality, which holds for any number of requests and for shares
 * near 0, where the usual intervals are off by far: of {@code n} events of probability {@code p}, a part {@code q} or more
 * comes with a probability of at most {@code exp(-n KL(q, p))}. So evidence of 14 is chance once in a million.
 *
 * @thread immutable
 * @source Chernoff (1952), Annals of Mathematical Statistics 23, 493; Hoeffding (1963), theorem 1
 */
record Share(long some, long all) {

    /** Halvings of what is left between the part and 1. */
    private static final int STEPS = 40;

    double part() {
        return all == 0 ? 0 : (double) some / all;
    }

    /** Whether it is larger than that, and there is so much evidence that it is not by chance. */
    boolean isAbove(double bound, double evidence) {
        return part() > bound && all * divergence(part(), bound) > evidence;
    }

    /** The largest probability that there is no such evidence against; of nothing at all nothing is feared. */
    double most(double evidence) {
        double possible = part();
        double beyond = all == 0 ? possible : 1;
        for (int i = 0; i < STEPS; i++) {
            double middle = (possible + beyond) / 2;
            if (all * divergence(part(), middle) > evidence) {
                beyond = middle;
            } else {
                possible = middle;
            }
        }
        return possible;
    }

    /** Of Kullback and Leibler, for two that happen or do not. */
    private static double divergence(double part, double probability) {
        return weighed(part, probability) + weighed(1 - part, 1 - probability);
    }

    private static double weighed(double part, double probability) {
        return part == 0 ? 0 : part * Math.log(part / probability);
    }
}
