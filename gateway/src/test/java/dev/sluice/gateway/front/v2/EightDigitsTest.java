package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Eight digits from a number, against the JDK, and back. */
class EightDigitsTest {

    private static final int MOST = 99_999_999;
    private static final long ASCII = 0x3030303030303030L;

    private final byte[] bytes = new byte[8];

    private void isWritten(int number) {
        EightDigits.store(EightDigits.of(number) | ASCII, bytes, 0);
        String text = new String(bytes, StandardCharsets.US_ASCII);
        assertEquals(String.format(Locale.ROOT, "%08d", number), text);
        assertEquals(number, EightDigits.value(EightDigits.load(bytes, 0)));
    }

    @Test
    void everyQuadrupleOfDigitsIsWrittenInBothHalves() {
        for (int quadruple = 0; quadruple < 10_000; quadruple++) {
            isWritten(quadruple);
            isWritten(quadruple * 10_000);
            isWritten(quadruple * 10_000 + 9999);
        }
    }

    @Test
    void randomNumbersAreWritten() {
        Random random = new Random(8);
        for (int i = 0; i < 100_000; i++) {
            isWritten(random.nextInt(MOST + 1));
        }
    }
}
