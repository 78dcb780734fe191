package dev.sluice.gateway.front.ws;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Against RFC 6455, section 5.3, byte by byte. */
class MaskingTest {

    private static final int LONGEST = 200;

    private final SplittableRandom random = new SplittableRandom(6455);

    private static byte[] masked(byte[] bytes, int mask) {
        byte[] key = ByteBuffer.allocate(Integer.BYTES).putInt(mask).array();
        byte[] masked = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            masked[i] = (byte) (bytes[i] ^ key[i % key.length]);
        }
        return masked;
    }

    @Test
    void everyByteMeetsItsByteOfTheMask() {
        for (int length = 0; length <= LONGEST; length++) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            int mask = random.nextInt();
            byte[] expected = masked(bytes, mask);
            Masking.apply(bytes, mask);
            assertArrayEquals(expected, bytes);
        }
    }

    @Test
    void twiceIsNotAtAll() {
        byte[] bytes = new byte[LONGEST];
        random.nextBytes(bytes);
        byte[] before = bytes.clone();
        int mask = random.nextInt();
        Masking.apply(bytes, mask);
        Masking.apply(bytes, mask);
        assertArrayEquals(before, bytes);
    }
}
