package dev.sluice.gateway.front.v2;

import java.nio.charset.StandardCharsets;

/**
 * The grammar of JSON numbers, for the places where the value does not matter or the quick readers give up.
 *
 * @thread stateless
 * @source RFC 8259, section 6
 */
final class JsonNumbers {

    /** No number needs as many; the time to read one grows with their square. */
    static final int MAX_LENGTH = 4096;

    private JsonNumbers() {}

    /** Reads over one number and checks its form. */
    static void skip(JsonCursor cursor) {
        if (NonFinite.isNext(cursor)) {
            NonFinite.read(cursor);
            return;
        }
        if (cursor.peek() != '-' && !isDigit(cursor, cursor.position)) {
            throw cursor.unexpected("a JSON value");
        }
        cursor.position = endOf(cursor);
    }

    /** Where the number that stands here ends; its form is checked. */
    static int endOf(JsonCursor cursor) {
        int at = cursor.position;
        if (at < cursor.end && cursor.bytes[at] == '-') {
            at++;
        }
        if (!isDigit(cursor, at)) {
            throw cursor.unexpected("a number");
        }
        boolean leadingZero = cursor.bytes[at] == '0';
        int integer = at;
        at = digits(cursor, at);
        refuseTooLong(cursor, at);
        if (leadingZero && at > integer + 1) {
            throw new BadJson("a number has no leading zeros: " + text(cursor, at));
        }
        if (at < cursor.end && cursor.bytes[at] == '.') {
            at = atLeastOneDigit(cursor, at + 1);
        }
        if (at < cursor.end && (cursor.bytes[at] | 0x20) == 'e') {
            at++;
            if (at < cursor.end && (cursor.bytes[at] == '+' || cursor.bytes[at] == '-')) {
                at++;
            }
            at = atLeastOneDigit(cursor, at);
        }
        refuseTooLong(cursor, at);
        return at;
    }

    /** The characters from the position to there. */
    static String text(JsonCursor cursor, int to) {
        return new String(cursor.bytes, cursor.position, to - cursor.position, StandardCharsets.ISO_8859_1);
    }

    private static void refuseTooLong(JsonCursor cursor, int to) {
        if (to - cursor.position > MAX_LENGTH) {
            throw new BadJson("a number longer than " + MAX_LENGTH + " characters, at byte " + cursor.position);
        }
    }

    private static int atLeastOneDigit(JsonCursor cursor, int at) {
        refuseTooLong(cursor, at);
        if (!isDigit(cursor, at)) {
            throw new BadJson("a digit is missing after " + text(cursor, at));
        }
        return digits(cursor, at);
    }

    /** Where the digits end that stand there. */
    static int digits(JsonCursor cursor, int at) {
        int to = at;
        while (isDigit(cursor, to)) {
            to++;
        }
        return to;
    }

    private static boolean isDigit(JsonCursor cursor, int at) {
        return at < cursor.end && cursor.bytes[at] >= '0' && cursor.bytes[at] <= '9';
    }
}
