package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ByteSearchTest {

    private static final long SEED = 20_261_122;

    private static byte[] bytes(String latin) {
        return latin.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static int indexOf(String sought, String text, int from, int to) {
        return new ByteSearch(bytes(sought)).indexOf(bytes(text), from, to);
    }

    @Test
    void findsTheFirstThatLiesWhollyBetweenTheTwo() {
        String text = "ab--ab--ab";
        assertEquals(2, indexOf("--ab", text, 0, 10));
        assertEquals(6, indexOf("--ab", text, 3, 10));
        assertEquals(-1, indexOf("--ab", text, 3, 9));
        assertEquals(-1, indexOf("--ab", text, 7, 10));
        assertEquals(-1, indexOf("--ab", "--", 0, 2));
        assertEquals(0, indexOf("a", text, 0, 1));
    }

    @Test
    void takesBytesAboveAsciiForWhatTheyAre() {
        assertEquals(3, indexOf("\u00ff\u0080", "\u0080\u00ff\u00ff\u00ff\u0080", 0, 5));
    }

    /** Few letters, so that much of what is sought is often there. */
    @Test
    void findsWhatStringsFind() {
        Random random = new Random(SEED);
        for (int round = 0; round < 20_000; round++) {
            String text = letters(random, random.nextInt(60));
            String sought = letters(random, 1 + random.nextInt(6));
            int from = random.nextInt(text.length() + 1);
            assertEquals(
                    text.indexOf(sought, from), indexOf(sought, text, from, text.length()), sought + " in " + text);
        }
    }

    private static String letters(Random random, int count) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append((char) ('a' + random.nextInt(3)));
        }
        return letters.toString();
    }
}
