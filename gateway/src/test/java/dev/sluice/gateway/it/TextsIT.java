package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A text in, a label or a vector out, at {@code /models/M/predict}. */
class TextsIT {

    private static final Path EXPECTED = Places.ROOT.resolve("gateway/src/test/resources/text/expected.json");
    private static final String MOODS = "/models/moods/predict";
    private static final String SENTENCES = "/models/sentences/predict";
    private static final double TOLERANCE = 1e-6;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEXT_MODELS, "worker.instances=1");
    }

    @AfterAll
    static void stop() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }

    private static String label(Answer answer) {
        assertEquals(200, answer.status(), answer.body());
        return answer.json().getString("label");
    }

    private static void assertNear(JsonArray expected, JsonArray actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.getDouble(i), actual.getDouble(i), TOLERANCE, "element " + i);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/octet-stream"})
    void aBodyIsATextWhateverItIsCalled(String contentType) {
        assertEquals("good", label(gateway.post(MOODS, "the film was great", "content-type", contentType)));
        assertEquals("bad", label(gateway.post(MOODS, "the film was awful", "content-type", contentType)));
    }

    @Test
    void aListIsAnsweredByAList() {
        Answer answer = gateway.post(MOODS, "{\"text\": [\"great\", \"it was a very bad film\"]}");
        JsonArray labels = new JsonArray(answer.body());
        assertEquals("good", labels.getJsonObject(0).getString("label"));
        assertEquals("bad", labels.getJsonObject(1).getString("label"));
        assertEquals(
                "good\nbad\n",
                gateway.post(MOODS, "{\"text\": [\"great\", \"bad\"]}", "accept", "text/plain")
                        .body());
        assertEquals(
                1, new JsonArray(gateway.post(MOODS, "{\"text\": [\"great\"]}").body()).size());
    }

    @Test
    void aBodyThatIsCalledPlainTextIsOneHoweverItBegins() {
        assertEquals("good", label(gateway.post(MOODS, "{ great } film", "content-type", "text/plain")));
        assertEquals("good", label(gateway.post(MOODS, "[great]", "content-type", "text/plain; charset=utf-8")));
    }

    @Test
    void aTextMayBeAPartOfAForm() {
        String form = "--b\r\ncontent-disposition: form-data; name=\"text\"\r\n\r\nawful\r\n--b--\r\n";
        assertEquals("bad", label(gateway.post(MOODS, form, "content-type", "multipart/form-data; boundary=b")));
    }

    /** What Python's tokenizers and numpy make of the same texts, one by one and padded to one another. */
    @Test
    void vectorsAreThoseOfTheOracleAloneAndTogether() throws IOException {
        JsonArray cases = new JsonArray(Files.readString(EXPECTED));
        JsonArray texts = new JsonArray();
        JsonArray pairs = new JsonArray();
        for (int i = 0; i < cases.size(); i++) {
            JsonObject each = cases.getJsonObject(i);
            JsonObject body = new JsonObject().put("text", each.getString("text"));
            if (each.getString("pair") == null) {
                texts.add(each.getString("text"));
            } else {
                pairs.add(i);
                body.put("text_pair", each.getString("pair"));
            }
            assertNear(
                    each.getJsonArray("embedding"),
                    gateway.post(SENTENCES, body.encode()).json().getJsonArray("embedding"));
        }
        assertEquals(1, pairs.size());
        JsonArray together = new JsonArray(
                gateway.post(SENTENCES, new JsonObject().put("text", texts).encode())
                        .body());
        int place = 0;
        for (int i = 0; i < cases.size(); i++) {
            if (!pairs.contains(i)) {
                assertNear(
                        cases.getJsonObject(i).getJsonArray("embedding"),
                        together.getJsonObject(place++).getJsonArray("embedding"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"text\": []} | text: has no text",
                "{\"text\": [\"a\", 3]} | text[1]: ",
                "{\"text\": 3} | text: ",
                "{\"texts\": \"a\"} | texts: unknown; known are [text, text_pair]",
                "{} | text: is missing; expected a text, or a list of texts",
                "{\"text\": \"a\", \"text_pair\": [\"b\", \"c\"]} | text: counts 1, and text_pair counts 2",
                "{\"text\": \"a\", \"text_pair\": []} | text_pair: has no text"
            })
    void saysWhatIsWrongAndWhere(String body, String error) {
        String said = gateway.post(MOODS, body).error(400);
        assertTrue(said.startsWith(error), said);
    }

    /** Whose tensors lie on the heap: a buffer that nobody gives back would be one for each request. */
    @Test
    void takesNoDirectMemoryForEach() {
        for (int i = 0; i < 20; i++) {
            gateway.post(MOODS, "good");
        }
        long before = directBuffers();
        for (int i = 0; i < 200; i++) {
            assertEquals(200, gateway.post(MOODS, "good").status());
        }
        assertTrue(directBuffers() - before < 100, directBuffers() - before + " more buffers");
    }

    private static long directBuffers() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getCount)
                .sum();
    }

    @Test
    void refusesWhatIsNoText() {
        String said = Waiting.await(gateway.send(gateway.request(MOODS)
                        .POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xFF, 1}))
                        .build()))
                .error(400);
        assertEquals("body: is no text in UTF-8", said);
        assertEquals("body: is empty; expected a text", gateway.post(MOODS, "").error(400));
    }

    @Test
    void saysHowLongTokensTook() {
        Answer answer = gateway.post(MOODS, "good", "sluice-timing", "1");
        assertTrue(String.valueOf(answer.header("server-timing")).startsWith("decode;dur="), answer.toString());
    }
}
