package dev.sluice.gateway.front.v2;

import java.nio.ByteBuffer;

/**
 * UTF-8, one character at a time.
 *
 * @thread stateless
 * @errors {@link BadJson} for over-long forms, surrogates, code points beyond U+10FFFF and broken sequences
 * @source RFC 3629, section 4: the syntax of UTF-8 byte sequences
 */
final class Utf8 {

    private Utf8() {}

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
