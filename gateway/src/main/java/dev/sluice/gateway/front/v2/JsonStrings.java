package dev.sluice.gateway.front.v2;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON strings: escapes resolved, UTF-8 checked.
 *
 * @thread stateless
 * @errors {@link BadJson} for a missing quote, a bare control character, an unknown escape, half a surrogate pair, or
 *     bytes that are not UTF-8
 * @source RFC 8259 section 7; RFC 3629
 */
final class JsonStrings {

    private JsonStrings() {}

    /** The string as text. */
    static String readString(JsonCursor cursor) {
        int start = cursor.position;
        int bytesNeeded = endOf(cursor) - start;
        byte[] utf8 = new byte[bytesNeeded];
        ByteBuffer target = ByteBuffer.wrap(utf8);
        int length = readUtf8(cursor, target);
        return new String(utf8, 0, length, StandardCharsets.UTF_8);
    }

    static void skip(JsonCursor cursor) {
        cursor.position = endOf(cursor);
    }

    /**
     * Appends the string's UTF-8 bytes to {@code target}, which has room for as many bytes as the string has between its
     * quotes.
     *
     * @return how many bytes were written
     */
    static int readUtf8(JsonCursor cursor, ByteBuffer target) {
        int before = target.position();
        byte[] bytes = cursor.bytes;
        int at = openingQuote(cursor) + 1;
        int plain = at;
        while (true) {
            if (at >= cursor.end) {
                throw new BadJson("a string without its closing quote, from byte " + cursor.position);
            }
            byte next = bytes[at];
            if (next == '"') {
                target.put(bytes, plain, at - plain);
                cursor.position = at + 1;
                return target.position() - before;
            }
            if (next == '\\') {
                target.put(bytes, plain, at - plain);
                at = readEscape(cursor, at, target);
                plain = at;
            } else if (next < 0) {
                at = Utf8.endOfSequence(bytes, at, cursor.end);
            } else {
                refuseControlCharacter(next, at);
                at++;
            }
        }
    }

    /** The byte behind the closing quote; checks nothing but that there is one. */
    private static int endOf(JsonCursor cursor) {
        int at = openingQuote(cursor) + 1;
        while (at < cursor.end) {
            byte next = cursor.bytes[at];
            if (next == '"') {
                return at + 1;
            }
            refuseControlCharacter(next, at);
            at += next == '\\' ? 2 : 1;
        }
        throw new BadJson("a string without its closing quote, from byte " + cursor.position);
    }

    private static int openingQuote(JsonCursor cursor) {
        if (cursor.peek() != '"') {
            throw cursor.unexpected("a string in double quotes");
        }
        return cursor.position;
    }

    private static void refuseControlCharacter(byte next, int at) {
        if (next >= 0 && next < ' ') {
            throw new BadJson("a bare control character in a string, at byte " + at);
        }
    }

    private static int readEscape(JsonCursor cursor, int backslash, ByteBuffer target) {
        byte kind = backslash + 1 < cursor.end ? cursor.bytes[backslash + 1] : 0;
        switch (kind) {
            case '"', '\\', '/' -> target.put(kind);
            case 'b' -> target.put((byte) '\b');
            case 'f' -> target.put((byte) '\f');
            case 'n' -> target.put((byte) '\n');
            case 'r' -> target.put((byte) '\r');
            case 't' -> target.put((byte) '\t');
            case 'u' -> {
                return readUnicode(cursor, backslash, target);
            }
            default -> throw new BadJson("an unknown escape in a string, at byte " + backslash);
        }
        return backslash + 2;
    }

    private static int readUnicode(JsonCursor cursor, int backslash, ByteBuffer target) {
        int unit = hex4(cursor, backslash + 2);
        if (!Character.isSurrogate((char) unit)) {
            Utf8.put(unit, target);
            return backslash + 6;
        }
        int low = 0;
        boolean pair =
                backslash + 7 < cursor.end && cursor.bytes[backslash + 6] == '\\' && cursor.bytes[backslash + 7] == 'u';
        if (pair) {
            low = hex4(cursor, backslash + 8);
        }
        if (!Character.isHighSurrogate((char) unit) || !Character.isLowSurrogate((char) low)) {
            throw new BadJson("half a surrogate pair in a string, at byte " + backslash);
        }
        Utf8.put(Character.toCodePoint((char) unit, (char) low), target);
        return backslash + 12;
    }

    private static int hex4(JsonCursor cursor, int from) {
        int value = 0;
        for (int at = from; at < from + 4; at++) {
            int digit = at < cursor.end ? Character.digit(cursor.bytes[at], 16) : -1;
            if (digit < 0) {
                throw new BadJson("\\u needs four hexadecimal digits, at byte " + (from - 2));
            }
            value = value << 4 | digit;
        }
        return value;
    }
}
