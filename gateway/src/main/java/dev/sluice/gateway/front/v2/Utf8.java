package dev.sluice.gateway.front.v2;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * UTF-8, one character at a time.
 *
 * @thread stateless
 * @errors {@link BadJson} for over-long forms, surrogates, code points beyond U+10FFFF and broken sequences
 * @source RFC 3629, section 4: the syntax of UTF-8 byte sequences
 */
public final class Utf8 {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private Utf8() {}

    /** Whether all of those bytes are. */
    public static boolean isValid(byte[] bytes, int from, int to) {
        int at = from;
        try {
            while (at < to) {
                if (to - at >= Long.BYTES && ((long) LONG.get(bytes, at) & NOT_ASCII) == 0) {
                    at += Long.BYTES;
                } else {
                    at = bytes[at] >= 0 ? at + 1 : endOfSequence(bytes, at, to);
                }
            }
            return true;
        } catch (BadJson broken) {
            return false;
        }
    }

    /** The byte behind the sequence of two to four bytes that starts here. */
    static int endOfSequence(byte[] bytes, int at, int end) {
        int lead = bytes[at] & 0xFF;
        int length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        boolean valid = length > 0 && at + length <= end && isSecondByte(lead, bytes[at + 1] & 0xFF);
        for (int i = 2; valid && i < length; i++) {
            valid = (bytes[at + i] & 0xC0) == 0x80;
        }
        if (!valid) {
            throw new BadJson("bytes that are not UTF-8 in a string, at byte " + at);
        }
        return at + length;
    }

    private static boolean isSecondByte(int lead, int second) {
        int from = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int to = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        return second >= from && second <= to;
    }

    static void put(int codePoint, ByteBuffer target) {
        if (codePoint < 0x80) {
            target.put((byte) codePoint);
        } else if (codePoint < 0x800) {
            target.put((byte) (0xC0 | codePoint >> 6));
            putContinuation(codePoint, target);
        } else if (codePoint < 0x10000) {
            target.put((byte) (0xE0 | codePoint >> 12));
            putContinuation(codePoint >> 6, target);
            putContinuation(codePoint, target);
        } else {
            target.put((byte) (0xF0 | codePoint >> 18));
            putContinuation(codePoint >> 12, target);
            putContinuation(codePoint >> 6, target);
            putContinuation(codePoint, target);
        }
    }

    private static void putContinuation(int bits, ByteBuffer target) {
        target.put((byte) (0x80 | (bits & 0x3F)));
    }
}
