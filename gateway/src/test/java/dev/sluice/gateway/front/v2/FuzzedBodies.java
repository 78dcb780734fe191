package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Random bodies, and what becomes of them in a decoder.
 *
 * @param seed of what is random, for who wants to see a failure again
 * @param body one that is right
 * @param decodes whether a body decodes, to what it should; fails if it decodes to something else
 */
public record FuzzedBodies(long seed, Random random, Supplier<String> body, Predicate<byte[]> decodes) {

    private static final byte[] LIKELY = "0123456789.eE+-\"\\{}[]:, \u0000ntfu\u007f".getBytes(StandardCharsets.UTF_8);

    public void rightOnesDecode(int rounds) {
        for (int round = 0; round < rounds; round++) {
            String right = body.get();
            assertTrue(decodes.test(right.getBytes(StandardCharsets.UTF_8)), right);
        }
    }

    /** Each with one byte that is another; some of them still decode. */
    public void tamperedOnesDecodeOrAreRefused(int rounds) {
        int decoded = 0;
        for (int round = 0; round < rounds; round++) {
            byte[] tampered = body.get().getBytes(StandardCharsets.UTF_8);
            int at = random.nextInt(tampered.length);
            tampered[at] = random.nextBoolean() ? (byte) random.nextInt() : LIKELY[random.nextInt(LIKELY.length)];
            String said = new String(tampered, StandardCharsets.UTF_8);
            try {
                decoded += decodes.test(tampered) ? 1 : 0;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", round " + round + ": " + said, e);
            }
        }
        assertTrue(decoded > rounds / 100 && decoded < rounds, decoded + " decoded");
    }

    /** One of them, wherever it is cut off. */
    public void cutOnesAreRefused() {
        byte[] whole = body.get().strip().getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertFalse(decodes.test(cut), () -> new String(cut, StandardCharsets.UTF_8));
        }
    }
}
