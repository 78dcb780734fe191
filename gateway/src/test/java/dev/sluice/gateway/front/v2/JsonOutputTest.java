package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Strings in answers: what they become, and the memory that is set aside for them. */
class JsonOutputTest {

    private static final String CHARACTERS = "aZ0 \"\\\n\r\t\u0001\u001f\u007f\u00e9\u20ac\ud83d\ude00";

    private final SplittableRandom random = new SplittableRandom(8259);

    private String text(int length) {
        int[] points = CHARACTERS.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }

    private static String written(JsonOutput out) {
        return new String(out.array(), 0, out.length(), StandardCharsets.UTF_8);
    }

    @Test
    void everyStringReadsBackAsItWas() {
        for (int length = 0; length < 300; length++) {
            String text = text(length);
            String json = written(new JsonOutput(64).raw("[").string(text).raw("]"));
            assertEquals(text, new JsonArray(json).getString(0));
        }
    }

    @Test
    void whatIsAllEscapesFitsToo() {
        String text = "\u0001".repeat(1000);
        assertEquals("\"" + "\\u0001".repeat(1000) + "\"", written(new JsonOutput(64).string(text)));
    }

    /** Answers wait for slow clients, and count there by their length. */
    @Test
    void aLongStringTakesNoMoreThanTwiceItsLength() {
        JsonOutput out =
                new JsonOutput(64).raw("{\"id\":").string("x".repeat(1 << 16)).raw("}");
        assertTrue(out.array().length <= 2 * out.length(), () -> out.array().length + " bytes for " + out.length());
    }
}
