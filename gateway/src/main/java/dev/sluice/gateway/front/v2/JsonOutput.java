package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON bytes in the making.
 *
 * <p>The front never builds a tree: it says what comes next, and commas are its own business.
 *
 * @thread confined to its caller
 * @bound grows by doubling, up to 2 GiB
 * @errors InvalidRequest beyond that: whoever asked for so much can ask for less
 * @source RFC 8259
 */
public final class JsonOutput {

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    /** About as long as an array can be. */
    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

    /** The longest one: a backslash, a u and four digits. */
    private static final int ESCAPE_BYTES = 6;

    private byte[] bytes;
    private final boolean nonFinite;
    private int length;

    public JsonOutput(int expectedBytes) {
        this(expectedBytes, JsonOptions.STRICT);
    }

    public JsonOutput(int expectedBytes, JsonOptions options) {
        this.nonFinite = options.nanAndInfinity();
        this.bytes = new byte[Math.max(64, expectedBytes)];
    }

    public byte[] array() {
        return bytes;
    }

    public int length() {
        return length;
    }

    /** ASCII text as it is: punctuation, names that need no escape. */
    public JsonOutput raw(String ascii) {
        int count = ascii.length();
        ensure(count);
        for (int i = 0; i < count; i++) {
            bytes[length + i] = (byte) ascii.charAt(i);
        }
        length += count;
        return this;
    }

    public JsonOutput raw(char ascii) {
        ensure(1);
        bytes[length++] = (byte) ascii;
        return this;
    }

    public JsonOutput number(long value) {
        ensure(DecimalText.MAX_INTEGER_BYTES);
        length = DecimalText.writeInteger(value, bytes, length);
        return this;
    }

    /** The same for the bits of an unsigned number. */
    JsonOutput unsigned(long bits) {
        if (bits >= 0) {
            return number(bits);
        }
        long tenth = Long.divideUnsigned(bits, 10);
        return number(tenth).number(bits - tenth * 10);
    }

    /** The shortest form that reads back to the same FP32. JSON has no NaN and infinities: null, or by option the bare word. */
    JsonOutput number(float value) {
        if (!Float.isFinite(value)) {
            return raw(nonFinite ? Float.toString(value) : "null");
        }
        ensure(ShortestDecimal.ROOM);
        length = ShortestDecimal.write(value, bytes, length);
        return this;
    }

    /** The same for FP64. */
    public JsonOutput number(double value) {
        if (!Double.isFinite(value)) {
            return raw(nonFinite ? Double.toString(value) : "null");
        }
        ensure(ShortestDecimal.ROOM);
        length = ShortestDecimal.write(value, bytes, length);
        return this;
    }

    /** All FP32 from position to limit, with commas between: the loop that large answers spend their time in. */
    void numbers(ByteBuffer floats) {
        int end = floats.limit();
        byte[] target = bytes;
        int to = length;
        for (int at = floats.position(); at < end; at += Float.BYTES) {
            if (target.length - to < 1 + ShortestDecimal.ROOM) {
                length = to;
                ensure(1 + ShortestDecimal.ROOM);
                target = bytes;
            }
            if (at > floats.position()) {
                target[to++] = ',';
            }
            float value = floats.getFloat(at);
            if (Float.isFinite(value)) {
                to = ShortestDecimal.write(value, target, to);
            } else {
                length = to;
                number(value);
                target = bytes;
                to = length;
            }
        }
        length = to;
    }

    /** A string in quotes, escaped. */
    public JsonOutput string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return utf8(utf8, 0, utf8.length);
    }

    /** The same for bytes that are known to be UTF-8. */
    JsonOutput utf8(byte[] utf8, int from, int to) {
        ensure(2L + (to - from)); // not what it would take if all were escapes: an answer that waits keeps its room
        bytes[length++] = '"';
        for (int i = from; i < to; i++) {
            byte next = utf8[i];
            if (next == '"' || next == '\\' || (next >= 0 && next < ' ')) {
                ensure(ESCAPE_BYTES + (to - i));
                escape(next);
            } else {
                bytes[length++] = next;
            }
        }
        bytes[length++] = '"';
        return this;
    }

    private void escape(byte next) {
        bytes[length++] = '\\';
        switch (next) {
            case '"', '\\' -> bytes[length++] = next;
            case '\n' -> bytes[length++] = 'n';
            case '\r' -> bytes[length++] = 'r';
            case '\t' -> bytes[length++] = 't';
            default -> {
                raw("u00");
                bytes[length++] = HEX[next >> 4];
                bytes[length++] = HEX[next & 15];
            }
        }
    }

    private void ensure(long more) {
        long needed = length + more;
        if (needed > MAX_BYTES) {
            throw InferenceException.invalid("outputs", "the answer is longer than " + MAX_BYTES + " bytes of JSON");
        }
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(MAX_BYTES, Math.max(2L * bytes.length, needed)));
        }
    }
}
