package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;

/**
 * What decides whether a stage runs: one number, which an earlier stage gave or the client sent.
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

    /** Whether elements of that type are numbers that can be compared. */
    static boolean reads(DataType type) {
        return switch (type) {
            case BOOL, UINT8, UINT16, UINT32, INT8, INT16, INT32, INT64, FP32, FP64 -> true;
            case UINT64, FP16, BF16, BYTES -> false;
        };
    }

    /** Whether the stage runs; the tensor has one element. */
    boolean passes(Tensor tensor) {
        return comparison.isTrue(number(tensor), bound) == holds;
    }

    private static double number(Tensor tensor) {
        ByteBuffer data = tensor.data();
        int at = data.position();
        return switch (tensor.dataType()) {
            case BOOL, UINT8 -> Byte.toUnsignedInt(data.get(at));
            case UINT16 -> Short.toUnsignedInt(data.getShort(at));
            case UINT32 -> Integer.toUnsignedLong(data.getInt(at));
            case INT8 -> data.get(at);
            case INT16 -> data.getShort(at);
            case INT32 -> data.getInt(at);
            case INT64 -> data.getLong(at);
            case FP32 -> data.getFloat(at);
            case FP64 -> data.getDouble(at);
            case UINT64, FP16, BF16, BYTES -> throw new IllegalArgumentException(tensor + " is not compared");
        };
    }
}
