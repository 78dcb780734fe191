package dev.sluice.gateway.front.admin;

import java.util.List;

/**
 * Rows of words, as columns for people.
 *
 * @thread stateless
 */
final class TextTable {

    private static final int GAP = 2;

    private TextTable() {}

    /** Each column is as wide as its widest word; line breaks in a word become blanks. */
    static String of(List<List<String>> lines) {
        int[] widths = new int[lines.getFirst().size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], word(line.get(i)).length());
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String word = word(line.get(i));
                text.append(word).append(" ".repeat(widths[i] + GAP - word.length()));
            }
            table.append(text.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    private static String word(String text) {
        return text.replaceAll("\\R", " ");
    }
}
