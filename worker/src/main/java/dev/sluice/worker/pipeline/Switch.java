package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.detection.Numbers;

/**
 * What decides whether a stage runs: one number, or one for each row, which an earlier stage gave or the client sent.
 *
 * @param holds whether the stage runs when the comparison is true, or when it is not, as for what is no number
 */
public record Switch(Source of, Comparison comparison, double bound, boolean holds) {

    /** How the number and the bound are compared. */
    public enum Comparison {
        LESS("<"),
        AT_MOST("<="),
        MORE(">"),
        AT_LEAST(">="),
        EQUAL("=="),
        UNEQUAL("!=");

        private final String sign;

        Comparison(String sign) {
            this.sign = sign;
        }

        static Comparison of(String sign) {
            for (Comparison comparison : values()) {
                if (comparison.sign.equals(sign)) {
                    return comparison;
                }
            }
            throw new IllegalArgumentException(sign);
        }

        boolean isTrue(double number, double bound) {
            return switch (this) {
                case LESS -> number < bound;
                case AT_MOST -> number <= bound;
                case MORE -> number > bound;
                case AT_LEAST -> number >= bound;
                case EQUAL -> number == bound;
                case UNEQUAL -> number != bound;
            };
        }
    }

    /** The same question with the other answer: whenever one stage does not run, the other does. */
    boolean isOppositeOf(Switch other) {
        return of.equals(other.of) && comparison == other.comparison && bound == other.bound && holds != other.holds;
    }

    /** Whether it runs for the number at that place. */
    boolean passes(Tensor tensor, int element) {
        return comparison.isTrue(Numbers.at(tensor, element), bound) == holds;
    }
}
