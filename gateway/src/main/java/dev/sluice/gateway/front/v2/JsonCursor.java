package dev.sluice.gateway.front.v2;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A place in the bytes of a JSON text, and the ways to move on from it.
 *
 * <p>A method leaves the position behind what it read. Numbers and strings have readers of their own
 * ({@link JsonFloats}, {@link JsonIntegers}, {@link JsonStrings}) that move the same position.
 *
 * @thread confined to its caller
 * @bound nesting of {@value #MAX_DEPTH}; everything is one pass, without allocation
 * @errors {@link BadJson} for whatever RFC 8259 does not allow, with the byte where it stands
 * @source RFC 8259
 */
public final class JsonCursor {

    static final int MAX_DEPTH = 100;

    private static final int MOST_REPEATED = 100;

    final byte[] bytes;
    final int end;
    final boolean nonFinite;
    final boolean cells;
    int position;

    /** Over strict JSON. */
    JsonCursor(byte[] bytes, int from, int to) {
        this(bytes, from, to, false);
    }

    /** @param nonFinite whether {@link NonFinite} numbers are let in */
    public JsonCursor(byte[] bytes, int from, int to, boolean nonFinite) {
        this(bytes, from, to, nonFinite, false);
    }

    private JsonCursor(byte[] bytes, int from, int to, boolean nonFinite, boolean cells) {
        this.bytes = bytes;
        this.nonFinite = nonFinite;
        this.cells = cells;
        this.position = from;
        this.end = to;
    }

    /** Over the cells of a table, where {@code null} among floats is NaN, {@code true} is 1 and {@code false} is 0. */
    public static JsonCursor ofCells(byte[] bytes, int from, int to) {
        return new JsonCursor(bytes, from, to, true, true);
    }

    /** Index of the byte that comes next. */
    public int position() {
        return position;
    }

    /** Goes to where {@link #position} was. */
    public void goTo(int place) {
        position = place;
    }

    /** The text from there to the position, or as much of it as an error repeats. */
    public String excerptFrom(int place) {
        int length = position - place;
        if (length <= MOST_REPEATED) {
            return new String(bytes, place, length, StandardCharsets.UTF_8);
        }
        int most = MOST_REPEATED;
        while ((bytes[place + most] & 0xC0) == 0x80) { // amid a character
            most--;
        }
        return new String(bytes, place, most, StandardCharsets.UTF_8) + "... (" + length + " bytes)";
    }

    /** Reads an integer from {@code min} to {@code max}, both included. */
    public long readInteger(long min, long max) {
        return JsonIntegers.read(this, min, max);
    }

    /** Reads a string. */
    public String readString() {
        return JsonStrings.readString(this);
    }

    /** The next byte that is not white space, left unread, or 0 at the end. */
    public byte peek() {
        if (position < end) {
            byte next = bytes[position];
            if (next > ' ') {
                return next;
            }
        }
        return peekBehindSpace();
    }

    private byte peekBehindSpace() {
        int at = position;
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
        position = at;
        return at < end ? bytes[at] : 0;
    }

    /** Reads that byte, after white space, if it stands here. */
    public boolean tryRead(char wanted) {
        if (peek() == wanted && position < end) {
            position++;
            return true;
        }
        return false;
    }

    /** The same, and refuses anything else. */
    public void read(char wanted) {
        if (!tryRead(wanted)) {
            throw unexpected("'" + wanted + "'");
        }
    }

    /** After a member or element: whether another follows; reads the comma or the closing bracket. */
    public boolean readCommaOr(char closing) {
        if (position < end && bytes[position] == ',') {
            position++;
            return true;
        }
        return readCommaOrBehindSpace(closing);
    }

    private boolean readCommaOrBehindSpace(char closing) {
        if (tryRead(',')) {
            return true;
        }
        if (tryRead(closing)) {
            return false;
        }
        throw unexpected("',' or '" + closing + "'");
    }

    /** Reads a member's name and the colon behind it. */
    public String readName() {
        if (peek() != '"') {
            throw unexpected("a member name in double quotes");
        }
        String name = JsonStrings.readString(this);
        read(':');
        return name;
    }

    /** The same where names are short: of one with more bytes than that no text is made. */
    String readName(int most) {
        if (peek() == '"') {
            int start = position;
            JsonStrings.skip(this);
            int length = position - start - 2;
            if (length > most) {
                throw new BadJson(
                        "the member name at byte " + start + " has " + length + " bytes; no name has so many");
            }
            position = start;
        }
        return readName();
    }

    /** The same for one that is expected, in UTF-8 and with nothing to escape: reads nothing where another stands. */
    public boolean tryReadName(byte[] utf8) {
        if (peek() != '"' || end - position < utf8.length + 2) {
            return false;
        }
        int start = position + 1;
        int behind = start + utf8.length;
        if (bytes[behind] != '"' || !Arrays.equals(bytes, start, behind, utf8, 0, utf8.length)) {
            return false;
        }
        position = behind + 1;
        read(':');
        return true;
    }

    boolean readBoolean() {
        byte next = peek();
        if (next == 't' && tryReadWord("true")) {
            return true;
        }
        if (next == 'f' && tryReadWord("false")) {
            return false;
        }
        throw unexpected("true or false");
    }

    /** Reads that word if it stands right here. */
    boolean tryReadWord(String word) {
        if (end - position < word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if (bytes[position + i] != word.charAt(i)) {
                return false;
            }
        }
        position += word.length();
        return true;
    }

    /** Reads over one value of any kind. */
    public void skipValue() {
        skipValue(0);
    }

    private void skipValue(int depth) {
        if (depth > MAX_DEPTH) {
            throw new BadJson("nested deeper than " + MAX_DEPTH + " levels at byte " + position);
        }
        switch (peek()) {
            case '{' -> skipObject(depth);
            case '[' -> skipArray(depth);
            case '"' -> JsonStrings.skip(this);
            case 't', 'f' -> readBoolean();
            case 'n' -> readNull();
            default -> JsonNumbers.skip(this);
        }
    }

    private void skipObject(int depth) {
        position++;
        if (tryRead('}')) {
            return;
        }
        do {
            if (peek() != '"') {
                throw unexpected("a member name in double quotes");
            }
            JsonStrings.skip(this);
            read(':');
            skipValue(depth + 1);
        } while (readCommaOr('}'));
    }

    /** Reads over a list, and says how many elements it has. */
    public int skipList() {
        if (peek() != '[') {
            throw unexpected("'['");
        }
        return skipArray(0);
    }

    private int skipArray(int depth) {
        position++;
        int count = 0;
        if (!tryRead(']')) {
            do {
                skipValue(depth + 1);
                count++;
            } while (readCommaOr(']'));
        }
        return count;
    }

    void readNull() {
        if (peek() != 'n' || !tryReadWord("null")) {
            throw unexpected("null");
        }
    }

    /** The whole text has been read: nothing but white space may follow. */
    public void readEnd() {
        peek();
        if (position < end) {
            throw new BadJson("unexpected text after the end of the JSON value, at byte " + position);
        }
    }

    BadJson unexpected(String expected) {
        peek();
        if (position >= end) {
            return new BadJson("the JSON text ends too early: expected " + expected + " at byte " + position);
        }
        return new BadJson("expected " + expected + " and found " + found() + " at byte " + position);
    }

    /** What stands here, for an error: a few characters, cut at the next delimiter. */
    String found() {
        int to = position;
        while (to < end && to - position < 24 && !isDelimiter(bytes[to])) {
            to++;
        }
        to = Math.max(to, Math.min(position + 1, end));
        String text = new String(bytes, position, to - position, StandardCharsets.UTF_8);
        return text.codePoints().anyMatch(Character::isISOControl) ? "a control character" : text;
    }

    private static boolean isDelimiter(byte b) {
        return b == ',' || b == ']' || b == '}' || b == ':' || (b >= 0 && b <= ' ');
    }
}
