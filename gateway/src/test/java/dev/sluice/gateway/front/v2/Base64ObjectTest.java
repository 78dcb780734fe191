package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.AllocatedHeap;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes among JSON values: what may stand among their digits, and what they cost. */
class Base64ObjectTest {

    private static final int QUADS = 1 << 18;

    private static String object(String digits) {
        return "{\"b64\": \"" + digits + "\"}";
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pz8/P2E=", "Pz8/P2E", " Pz8/ P2E= ", "Pz8/\\r\\nP2E=\\n", "\\tPz8/P2E\\u003d"})
    void readsDigitsWithWhiteSpaceAmongThem(String digits) {
        byte[] read = Texts.read(object(digits), Base64Object::read);
        assertEquals("????a", new String(read, StandardCharsets.US_ASCII));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pz8/\\u0000P2E=", "Pz8/\\fP2E=", "Pz8/\\u001fP2E=", "Pz8/\u00a0P2E=", "Pz8_P2E=", "Pz8/P"})
    void refusesWhatIsNoDigit(String digits) {
        assertEquals("no base64", Texts.refusal(object(digits), Base64Object::read));
    }

    /** Which large ones are, and they are held twice without it. */
    @Test
    void copiesDigitsOnlyWhereWhiteSpaceIsAmongThem() {
        String digits = "Pz8/".repeat(QUADS);
        long saved = allocated(digits + " ") - allocated(digits);
        assertTrue(saved > digits.length() / 2, saved + " bytes");
    }

    private static long allocated(String digits) {
        byte[] bytes = object(digits).getBytes(StandardCharsets.US_ASCII);
        return AllocatedHeap.bytes(() -> Base64Object.read(new JsonCursor(bytes, 0, bytes.length)));
    }
}
