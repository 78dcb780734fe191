package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;

/**
 * How many elements a client's shape asks for.
 *
 * @thread stateless
 * @errors InvalidRequest when no memory could hold them
 */
public final class ElementCount {

    private ElementCount() {}

    public static long of(String field, Shape shape) {
        try {
            long count = shape.elementCount();
            if (count <= Integer.MAX_VALUE) {
                return count;
            }
        } catch (ArithmeticException beyondLong) {
            // the same error as for any other number that is too large
        }
        throw InferenceException.invalid(field + ".shape", "the shape " + shape + " has too many elements");
    }
}
