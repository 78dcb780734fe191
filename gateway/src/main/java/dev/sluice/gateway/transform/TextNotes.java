package dev.sluice.gateway.transform;

import java.util.Arrays;

/**
 * What is known of the texts of a request once they are tokens, and is needed for its answer.
 *
 * @param tokens how many each has
 * @param left whether what is missing is missing before them
 * @param isList whether they came as a list
 */
public record TextNotes(int[] tokens, boolean left, boolean isList) implements BodyNotes {

    public int count() {
        return tokens.length;
    }

    public long totalTokens() {
        return Arrays.stream(tokens).asLongStream().sum();
    }

    /** Where in a row of that length the first token stands. */
    int first(int row, int length) {
        return left ? length - tokens[row] : 0;
    }
}
