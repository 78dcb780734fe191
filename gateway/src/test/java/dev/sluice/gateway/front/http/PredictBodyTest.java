package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sluice.gateway.transform.TextRows;
import dev.sluice.worker.contract.InferenceException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PredictBodyTest {

    private static final PredictBody BODY = new PredictBody(PredictBody.Kind.EITHER, "", List.of());
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static HttpBytes bytes(String body) {
        byte[] array = body.getBytes(StandardCharsets.UTF_8);
        return new HttpBytes(array, 0, array.length);
    }

    private static String picture(String image) {
        ByteBuffer picture = BODY.picture(bytes("{\"data\": 1, \"image\" : \"" + image + "\"}"));
        return StandardCharsets.US_ASCII.decode(picture).toString();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Pz8/P2E=",
                "Pz8_P2E",
                " Pz8/ P2E= ",
                "Pz8\\/P2E\\u003d",
                "Pz8/\\r\\nP2E=\\n",
                "data:image/png;base64,Pz8/P2E=",
                "data:image\\/png;base64,Pz8\\/P2E="
            })
    void readsBase64HoweverItIsWritten(String image) {
        assertEquals("????a", picture(image));
    }

    @Test
    void readsWhatAPartOfAFormSaysIfItIsShort() {
        PredictBody form = new PredictBody(PredictBody.Kind.FORM, "b", List.of());
        String head = "--b\r\ncontent-disposition: form-data; name=model\r\n\r\n";
        assertEquals("caf\u00e9", form.said(bytes(head + "caf\u00e9\r\n--b--"), "model"));
        assertNull(form.said(bytes(head + "m\r\n--b--"), "other"));
        assertNull(BODY.said(bytes(head + "m\r\n--b--"), "model"), "which is no form");
        HttpBytes longest = bytes(head + "m".repeat(1025) + "\r\n--b--");
        assertEquals(
                "model: is longer than 1024 bytes",
                assertThrows(InferenceException.class, () -> form.said(longest, "model"))
                        .getMessage());
    }

    @Test
    void readsTheFirstMemberThatAProfileNames() {
        PredictBody theirs = new PredictBody(PredictBody.Kind.EITHER, "", List.of("data", "body"));
        ByteBuffer both = theirs.picture(bytes("{\"body\": \"Pz8=\", \"data\": \"Pz8/P2E=\"}"));
        assertEquals("????a", StandardCharsets.US_ASCII.decode(both).toString());
        ByteBuffer second = theirs.picture(bytes("{\"body\": \"Pz8=\"}"));
        assertEquals("??", StandardCharsets.US_ASCII.decode(second).toString());
        HttpBytes none = bytes("{}");
        assertTrue(String.valueOf(assertThrows(InferenceException.class, () -> theirs.picture(none))
                        .getMessage())
                .startsWith("data: is missing"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Pz8/P2E=!", "Pz8_P2/", "\u00e9\u00e9", "Pz8/P", "data:image/png,Pz8/"})
    void refusesWhatIsNoBase64(String image) {
        String error = String.valueOf(
                assertThrows(InferenceException.class, () -> picture(image)).getMessage());
        assertTrue(error.startsWith("image: is "), error);
    }

    /** Which is what is counted for it. */
    @Test
    void takesThreeQuartersOfBase64AndNoMore() {
        byte[] random = new byte[3 << 20];
        new Random(5).nextBytes(random);
        String base64 = Base64.getEncoder().encodeToString(random);
        HttpBytes warm = bytes("{\"image\":\"Pz8/\"}");
        BODY.picture(warm);
        for (String image : new String[] {base64, base64.replace("/", "\\/")}) {
            HttpBytes body = bytes("{\"image\":\"" + image + "\"}");
            long before = THREADS.getCurrentThreadAllocatedBytes();
            ByteBuffer picture = BODY.picture(body);
            long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
            assertEquals(ByteBuffer.wrap(random), picture);
            assertTrue(taken < random.length + (64 << 10), taken + " bytes");
        }
    }

    /** So that no string is made of what is refused: the third of these is none. */
    @Test
    void readsNoMoreTextsThanAreTaken() {
        String two = "{\"text\": [\"a\", \"b\"]}";
        assertEquals(2, BODY.texts(bytes(two), 2).count());
        for (String body : new String[] {two, "{\"text\": \"a\", \"text_pair\": [\"a\", \"b\", 3]}"}) {
            String said = String.valueOf(assertThrows(InferenceException.class, () -> BODY.texts(bytes(body), 1))
                    .getMessage());
            assertTrue(said.endsWith(": has more than the 1 texts that are taken (transform.input.max_texts)"), said);
        }
    }

    @Test
    void readsTextsThatAreAllOfABody() {
        assertEquals("[a, b]", texts(BODY, " [\"a\", \"b\"] "));
        assertEquals("[\"]", texts(BODY, "\"\\\"\""));
        PredictBody json = new PredictBody(PredictBody.Kind.JSON, "", List.of());
        assertEquals("[]", texts(json, "[ ]"));
        assertEquals("[]", texts(BODY, "[ ]"), "without a type too");
        for (String text : new String[] {"\"a\" and b", "[a]", "[\"a\"", "[\"a\", 1]", "[\"a\"] b"}) {
            assertEquals("[" + text + "]", texts(BODY, text), "which is no JSON, or no texts");
            String refusal = String.valueOf(assertThrows(InferenceException.class, () -> texts(json, text))
                    .getMessage());
            assertTrue(refusal.startsWith("body"), refusal);
        }
        assertEquals("[\"a\"]", texts(new PredictBody(PredictBody.Kind.PLAIN_TEXT, "", List.of()), "\"a\""));
        InferenceException many = assertThrows(InferenceException.class, () -> BODY.texts(bytes("[\"a\",\"b\"]"), 1));
        assertTrue(String.valueOf(many.getMessage()).contains("max_texts"), many.getMessage());
    }

    private static String texts(PredictBody body, String text) {
        return ((TextRows.Texts) body.texts(bytes(text), 2)).texts().toString();
    }

    @Test
    void looksForTheBraceAtTheBeginningOnly() {
        assertTrue(BODY.isJson(bytes(" ".repeat(1000) + "{")));
        assertFalse(BODY.isJson(bytes(" ".repeat(1024) + "{")));
        assertFalse(BODY.isJson(bytes("")));
        assertFalse(new PredictBody(PredictBody.Kind.FILE, "", List.of()).isJson(bytes("{")));
    }
}
