package dev.sluice.worker.pipeline;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of so many, in their order; where there is none of these, all of them are meant.
 *
 * @thread immutable
 */
record Rows(int of, int[] which) {

    /** Those of {@code all} whose place among them passes. */
    static Rows of(int of, @Nullable Rows all, IntPredicate passes) {
        int places = all == null ? of : all.which.length;
        return new Rows(
                of,
                IntStream.range(0, places)
                        .filter(passes)
                        .map(place -> all == null ? place : all.which[place])
                        .toArray());
    }

    int count() {
        return which.length;
    }

    boolean isNone() {
        return which.length == 0;
    }

    boolean areAll() {
        return which.length == of;
    }

    /** Those that are among both. */
    static @Nullable Rows both(@Nullable Rows one, @Nullable Rows other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return new Rows(
                one.of,
                Arrays.stream(one.which)
                        .filter(row -> Arrays.binarySearch(other.which, row) >= 0)
                        .toArray());
    }

    /** Where these stand among those: negative for one that does not. */
    int[] placesIn(@Nullable Rows those) {
        return those == null
                ? which
                : Arrays.stream(which)
                        .map(row -> Arrays.binarySearch(those.which, row))
                        .toArray();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Rows rows && of == rows.of && Arrays.equals(which, rows.which);
    }

    @Override
    public int hashCode() {
        return 31 * of + Arrays.hashCode(which);
    }

    @Override
    public String toString() {
        return Arrays.toString(which) + " of " + of;
    }
}
