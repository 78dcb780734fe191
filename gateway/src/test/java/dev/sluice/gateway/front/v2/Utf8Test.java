package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The same judgement as the JDK's decoder on every kind of byte sequence. */
class Utf8Test {

    /** Both sides of every boundary that a continuation byte can have. */
    private static final int[] CONTINUATIONS = {0x00, 0x22, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xFF};

    private final CharsetDecoder jdk = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final CharBuffer one = CharBuffer.allocate(1);
    private final CharBuffer pair = CharBuffer.allocate(2);
    private int accepted;
    private int refused;

    /** How long the first character is, or 0 when it is not valid. */
    private int firstLength(byte[] bytes, int end) {
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, end);
        one.clear();
        boolean overflow = jdk.reset().decode(in, one, true).isOverflow();
        if (one.position() == 1) {
            return in.position();
        }
        if (!overflow) {
            return 0;
        }
        pair.clear();
        jdk.reset().decode(ByteBuffer.wrap(bytes, 0, end), pair, true);
        return pair.position() == 2 ? 4 : 0;
    }

    private static int ourLength(byte[] bytes, int end) {
        try {
            return Utf8.endOfSequence(bytes, 0, end);
        } catch (BadJson notUtf8) {
            return 0;
        }
    }

    private void compare(byte[] bytes, int end) {
        int expected = firstLength(bytes, end);
        int found = ourLength(bytes, end);
        if (expected != found) {
            throw new AssertionError(HexFormat.of().formatHex(bytes, 0, end) + " should be a character of " + expected
                    + " bytes and is one of " + found);
        }
        accepted += expected > 0 ? 1 : 0;
        refused += expected > 0 ? 0 : 1;
    }

    @Test
    void judgesEverySequenceOfTwoBytes() {
        byte[] bytes = new byte[2];
        for (int lead = 0x80; lead <= 0xFF; lead++) {
            bytes[0] = (byte) lead;
            compare(bytes, 1);
            for (int second = 0; second <= 0xFF; second++) {
                bytes[1] = (byte) second;
                compare(bytes, 2);
            }
        }
        assertEquals(30 * 64, accepted);
        assertEquals(128 * 257 - accepted, refused);
    }

    @Test
    void judgesSequencesOfThreeAndFourBytes() {
        byte[] bytes = new byte[4];
        for (int lead = 0x80; lead <= 0xFF; lead++) {
            bytes[0] = (byte) lead;
            for (int second = 0; second <= 0xFF; second++) {
                bytes[1] = (byte) second;
                for (int third : CONTINUATIONS) {
                    bytes[2] = (byte) third;
                    compare(bytes, 3);
                    for (int fourth : CONTINUATIONS) {
                        bytes[3] = (byte) fourth;
                        compare(bytes, 4);
                    }
                }
            }
        }
        assertTrue(accepted > 100_000 && refused > 100_000, accepted + " accepted, " + refused + " refused");
    }

    @Test
    void writesEveryCodePointAsTheJdkDoes() {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                ByteBuffer target = ByteBuffer.allocate(4);
                Utf8.put(codePoint, target);
                byte[] expected = Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
                if (!target.flip().equals(ByteBuffer.wrap(expected))) {
                    throw new AssertionError("U+" + Integer.toHexString(codePoint));
                }
            }
        }
    }
}
