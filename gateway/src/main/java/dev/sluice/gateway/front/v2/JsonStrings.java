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

    /** Reads over a string, as strictly as one that matters. */
    static void skip(JsonCursor cursor) {
        int at = openingQuote(cursor) + 1;
        while (at < cursor.end) {
            byte next = cursor.bytes[at];
            if (next == '"') {
                cursor.position = at + 1;
                return;
            }
            if (next == '\\') {
                at = endOfEscape(cursor, at, escaped(cursor, at));
            } else if (next < 0) {
                at = Utf8.endOfSequence(cursor.bytes, at, cursor.end);
            } else {
                refuseControlCharacter(next, at);
                at++;
            }
        }
        throw unclosed(cursor);
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
                throw unclosed(cursor);
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

    /** No less than the string that stands here has in UTF-8. */
    static int mostBytes(JsonCursor cursor) {
        int start = openingQuote(cursor);
        return endOf(cursor) - start;
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
        throw unclosed(cursor);
    }

    private static BadJson unclosed(JsonCursor cursor) {
        return new BadJson("a string without its closing quote, from byte " + cursor.position);
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
        int codePoint = escaped(cursor, backslash);
        Utf8.put(codePoint, target);
        return endOfEscape(cursor, backslash, codePoint);
    }

    /** The character that the escape stands for. */
    private static int escaped(JsonCursor cursor, int backslash) {
        byte kind = backslash + 1 < cursor.end ? cursor.bytes[backslash + 1] : 0;
        return switch (kind) {
            case '"', '\\', '/' -> kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> escapedUnicode(cursor, backslash);
            default -> throw new BadJson("an unknown escape in a string, at byte " + backslash);
        };
    }

    private static int endOfEscape(JsonCursor cursor, int backslash, int codePoint) {
        int length = cursor.bytes[backslash + 1] != 'u' ? 2 : 6 * Character.charCount(codePoint);
        return backslash + length;
    }

    private static int escapedUnicode(JsonCursor cursor, int backslash) {
        int unit = hex4(cursor, backslash + 2);
        if (!Character.isSurrogate((char) unit)) {
            return unit;
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
        return Character.toCodePoint((char) unit, (char) low);
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
