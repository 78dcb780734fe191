package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Markers are looked for in eight bytes at a time, and found where one byte at a time would find them. */
class JpegHeadTest {

    private static final int LENGTH = 3 * Long.BYTES + 7;

    /** Byte by byte. */
    private static int firstMarker(byte[] bytes, int from, int limit) {
        int at = from;
        while (at < limit && bytes[at] != (byte) 0xFF) {
            at++;
        }
        return at;
    }

    private static void assertFound(byte[] bytes) {
        for (int limit = 0; limit <= bytes.length; limit++) {
            for (int from = 0; from <= Math.min(limit, Long.BYTES); from++) {
                assertEquals(
                        firstMarker(bytes, from, limit),
                        JpegHead.nextMarker(ByteBuffer.wrap(bytes, 0, limit).slice(), from),
                        () -> Arrays.toString(bytes));
            }
        }
    }

    /** @param beside every other byte: those that a carry or a borrow could take for a marker, or make one unseen */
    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x01, 0x7F, 0x80, 0xFE})
    void aMarkerIsFoundWhereverItStands(int beside) {
        byte[] bytes = new byte[LENGTH];
        Arrays.fill(bytes, (byte) beside);
        assertFound(bytes);
        for (int at = 0; at < LENGTH; at++) {
            bytes[at] = (byte) 0xFF;
            assertFound(bytes);
            if (at > 0) {
                bytes[at - 1] = (byte) 0xFE;
                assertFound(bytes);
                bytes[at - 1] = (byte) beside;
            }
            bytes[at] = (byte) beside;
        }
    }
}
