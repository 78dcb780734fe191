package dev.sluice.gateway.traffic;

/**
 * Some of all, and what that says of where they come from.
 *
 * @thread immutable
 * @source Wilson (1927), the score interval; Newcombe (1998), Statistics in Medicine 17, 873, method 10: the interval of a
 *     difference, made of both
 */
record Share(long some, long all) {

    double part() {
        return all == 0 ? 0 : (double) some / all;
    }

    /** At least so large, unless chance is {@code deviations} standard deviations off. */
    double least(double deviations) {
        return all == 0 ? 0 : center(deviations) - width(deviations);
    }

    /** At most so large. Of nothing at all nothing is feared. */
    double most(double deviations) {
        return all == 0 ? 0 : center(deviations) + width(deviations);
    }

    /** By at least so much larger than the other; less than 0 when it may be smaller. */
    double leastAbove(Share other, double deviations) {
        double below = part() - least(deviations);
        double above = other.most(deviations) - other.part();
        return part() - other.part() - Math.sqrt(below * below + above * above);
    }

    private double center(double z) {
        return (part() + z * z / (2 * all)) / (1 + z * z / all);
    }

    private double width(double z) {
        return z * Math.sqrt(part() * (1 - part()) / all + z * z / (4.0 * all * all)) / (1 + z * z / all);
    }
}
