package dev.sluice.gateway.front.v2;

import ch.randelshofer.fastdoubleparser.JavaDoubleParser;
import ch.randelshofer.fastdoubleparser.JavaFloatParser;
import dev.sluice.worker.contract.DataType;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;

/**
 * Reads values of one data type that stand as plain text, as the cells of a CSV file do, and appends them to a tensor's
 * memory. Numbers go through the readers of JSON; what only people write, such as {@code +5} and {@code .5}, is tried
 * otherwise.
 *
 * @thread confined to its decoder
 * @bound no allocation for an element whose number is one to JSON too
 * @errors {@link BadJson} for text that is not of the type
 * @source pandas.read_csv: which words stand for a value that is missing, and for truths
 */
final class TextElements {

    private static final Set<String> MISSING = Set.of(
            "",
            "#n/a",
            "#n/a n/a",
            "#na",
            "-1.#ind",
            "-1.#qnan",
            "-nan",
            "1.#ind",
            "1.#qnan",
            "<na>",
            "n/a",
            "na",
            "nan",
            "none",
            "null");
    private static final Set<String> TRUE = Set.of("true", "True", "TRUE");
    private static final Set<String> FALSE = Set.of("false", "False", "FALSE");
    private static final Set<String> INFINITE = Set.of("inf", "+inf", "infinity", "+infinity");
    private static final Set<String> MINUS_INFINITE = Set.of("-inf", "-infinity");
    private static final int LONGEST_WORD = 16;
    private static final int MOST_REPEATED = 24;
    private static final String IN_NUMBERS = "0123456789+-.eE";

    private final JsonCursor cursor;
    private final DataType type;
    private final ElementReader elements;

    TextElements(JsonCursor cursor, DataType type, ElementReader elements) {
        this.cursor = cursor;
        this.type = type;
        this.elements = elements;
    }

    /** The one between those places. */
    void read(int from, int to) {
        switch (type) {
            case BYTES -> readText(from, to);
            case BOOL -> readTruth(from, to);
            case FP32, FP64 -> readFloat(start(from, to), end(from, to));
            default -> readInteger(start(from, to), end(from, to));
        }
    }

    private int start(int from, int to) {
        int at = from;
        while (at < to && cursor.bytes[at] == ' ') {
            at++;
        }
        return at;
    }

    private int end(int from, int to) {
        int at = to;
        while (at > from && cursor.bytes[at - 1] == ' ') {
            at--;
        }
        return at;
    }

    private void readText(int from, int to) {
        int at = from;
        while (at < to) {
            at = cursor.bytes[at] < 0 ? Utf8.endOfSequence(cursor.bytes, at, to) : at + 1;
        }
        elements.put(cursor.bytes, from, to);
    }

    private void readTruth(int from, int to) {
        String word = word(from, to);
        if (!TRUE.contains(word) && !FALSE.contains(word)) {
            throw misfit(from, to, "true or false");
        }
        elements.put(TRUE.contains(word));
    }

    private void readInteger(int from, int to) {
        if (from < to && isNumeric(from, to)) {
            cursor.position = from;
            elements.readNext();
        }
        if (from >= to || cursor.position != to) {
            throw misfit(from, to, "an integer");
        }
    }

    private void readFloat(int from, int to) {
        boolean digit =
                from < to && (isDigit(from) || (cursor.bytes[from] == '-' && to - from > 1 && isDigit(from + 1)));
        if (digit && isNumeric(from, to) && !isOnlyForPeople(from, to)) {
            cursor.position = from;
            elements.readNext();
            if (cursor.position != to) {
                throw misfit(from, to, "a number");
            }
        } else {
            elements.put(otherFloat(from, to));
        }
    }

    private boolean isDigit(int at) {
        return cursor.bytes[at] >= '0' && cursor.bytes[at] <= '9';
    }

    private boolean isNumeric(int from, int to) {
        for (int at = from; at < to; at++) {
            if (IN_NUMBERS.indexOf(cursor.bytes[at]) < 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether JSON knows no such number: {@code 007}, {@code 5.} and {@code 5.e3}. */
    private boolean isOnlyForPeople(int from, int to) {
        int first = cursor.bytes[from] == '-' ? from + 1 : from;
        if (to - first > 1 && cursor.bytes[first] == '0' && isDigit(first + 1)) {
            return true;
        }
        for (int at = first; at < to; at++) {
            if (cursor.bytes[at] == '.') {
                return at + 1 == to || !isDigit(at + 1);
            }
        }
        return false;
    }

    private double otherFloat(int from, int to) {
        String word = word(from, to).toLowerCase(Locale.ROOT);
        if (word.length() == to - from && MISSING.contains(word)) {
            return Double.NaN;
        }
        if (TRUE.contains(word)) {
            return 1;
        }
        if (FALSE.contains(word)) {
            return 0;
        }
        if (INFINITE.contains(word)) {
            return Double.POSITIVE_INFINITY;
        }
        if (MINUS_INFINITE.contains(word)) {
            return Double.NEGATIVE_INFINITY;
        }
        return numberOfPeople(from, to);
    }

    /** The parser reads suffixes and hexadecimal digits too, which are no numbers here. */
    private double numberOfPeople(int from, int to) {
        int length = to - from;
        try {
            if (length <= JsonNumbers.MAX_LENGTH && isNumeric(from, to)) {
                double value = type == DataType.FP32
                        ? JavaFloatParser.parseFloat(cursor.bytes, from, length)
                        : JavaDoubleParser.parseDouble(cursor.bytes, from, length);
                if (Double.isFinite(value)) {
                    return value;
                }
            }
        } catch (NumberFormatException none) {
            // as for any other text
        }
        throw misfit(from, to, "a number");
    }

    /** A short text whole; of a longer one as much as makes it longer than any word. */
    private String word(int from, int to) {
        return new String(cursor.bytes, from, Math.min(LONGEST_WORD, to - from), StandardCharsets.UTF_8);
    }

    private BadJson misfit(int from, int to, String expected) {
        if (from >= to) {
            return new BadJson("expected " + expected + " and found nothing");
        }
        String found = new String(cursor.bytes, from, Math.min(MOST_REPEATED, to - from), StandardCharsets.UTF_8);
        return new BadJson("expected " + expected + " and found " + found);
    }
}
