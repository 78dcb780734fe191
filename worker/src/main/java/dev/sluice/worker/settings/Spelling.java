package dev.sluice.worker.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * Guesses which known word somebody meant who wrote an unknown one.
 *
 * @thread stateless, may be called from any
 * @bound O(length of the word times length of the candidate), and only for candidates of about the same length
 * @source optimal string alignment distance: insert, delete, replace, or swap two neighbours
 */
public final class Spelling {

    /** More mistakes than this make another word. */
    private static final int MAX_MISTAKES = 3;

    private Spelling() {}

    /** The closest candidate that differs in at most a third of the word's letters. */
    public static Optional<String> closest(String word, Collection<String> candidates) {
        int mistakes = Math.clamp(word.length() / 3, 1, MAX_MISTAKES);
        return candidates.stream()
                .filter(candidate -> Math.abs(candidate.length() - word.length()) <= mistakes)
                .filter(candidate -> distance(word, candidate) <= mistakes)
                .min(Comparator.comparingInt(candidate -> distance(word, candidate)));
    }

    /** The closest candidate as the end of a sentence, {@code ; did you mean http.port?}, or nothing. */
    public static String hint(String word, Collection<String> candidates) {
        return closest(word, candidates).map(Spelling::hint).orElse("");
    }

    static String hint(String meant) {
        return "; did you mean " + meant + "?";
    }

    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
            }
        }
        return cost[a.length()][b.length()];
    }

    private static int cheapest(int[][] cost, String a, String b, int i, int j) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int least = Math.min(cost[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
    }
}
