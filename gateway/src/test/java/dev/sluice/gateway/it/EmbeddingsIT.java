package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients of OpenAI's embeddings ask, and are told. */
class EmbeddingsIT {

    private static final double TOLERANCE = 1e-6;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEXT_MODELS, "worker.instances=1", "compat.listeners=openai: 0");
    }

    @AfterAll
    static void stop() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }

    private static Answer get(String path) {
        return Waiting.await(
                gateway.send(gateway.request(gateway.profilePort(0), path).build()));
    }

    private static Answer embed(String members) {
        HttpRequest request = gateway.request(gateway.profilePort(0), "/v1/embeddings")
                .header("content-type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\": \"sentences\", " + members + "}"))
                .build();
        return Waiting.await(gateway.send(request));
    }

    private static JsonArray vectors(String members) {
        Answer answer = embed(members);
        assertEquals(200, answer.status(), answer.body());
        return answer.json().getJsonArray("data");
    }

    private static JsonArray vector(JsonArray data, int place) {
        JsonObject item = data.getJsonObject(place);
        assertEquals("embedding", item.getString("object"));
        assertEquals(place, item.getInteger("index"));
        return item.getJsonArray("embedding");
    }

    private static JsonArray cases() throws IOException {
        return new JsonArray(Files.readString(Places.ROOT.resolve("gateway/src/test/resources/text/expected.json")));
    }

    private static void assertNear(List<?> expected, List<?> actual) {
        assertEquals(expected.size(), actual.size());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(((Number) expected.get(i)).doubleValue(), ((Number) actual.get(i)).doubleValue(), TOLERANCE);
        }
    }

    @Test
    void givesAVectorForEachTextAndCountsItsTokens() throws IOException {
        JsonObject first = cases().getJsonObject(0);
        JsonObject second = cases().getJsonObject(1);
        Answer answer = embed(
                "\"input\": " + new JsonArray().add(first.getString("text")).add(second.getString("text")));
        JsonObject body = answer.json();
        assertEquals("list", body.getString("object"));
        assertEquals("sentences", body.getString("model"));
        assertNear(
                first.getJsonArray("embedding").getList(),
                vector(body.getJsonArray("data"), 0).getList());
        assertNear(
                second.getJsonArray("embedding").getList(),
                vector(body.getJsonArray("data"), 1).getList());
        int tokens =
                first.getJsonArray("ids").size() + second.getJsonArray("ids").size();
        assertEquals(
                new JsonObject().put("prompt_tokens", tokens).put("total_tokens", tokens), body.getJsonObject("usage"));
    }

    @Test
    void takesTokensForATextAndListsOfThem() throws IOException {
        JsonObject first = cases().getJsonObject(0);
        List<?> expected = first.getJsonArray("embedding").getList();
        String ids = first.getJsonArray("ids").encode();
        assertNear(expected, vector(vectors("\"input\": " + ids), 0).getList());
        JsonArray several = vectors("\"input\": [" + ids + ", [5]]");
        assertEquals(2, several.size());
        assertNear(expected, vector(several, 0).getList());
        assertNear(
                expected,
                vector(vectors("\"input\": \"" + first.getString("text") + "\""), 0)
                        .getList());
    }

    @Test
    void givesFloatsInBase64() throws IOException {
        JsonArray data = vectors("\"input\": \"The film was good.\", \"encoding_format\": \"base64\"");
        ByteBuffer floats = ByteBuffer.wrap(
                        Base64.getDecoder().decode(data.getJsonObject(0).getString("embedding")))
                .order(ByteOrder.LITTLE_ENDIAN);
        JsonArray expected = cases().getJsonObject(0).getJsonArray("embedding");
        assertEquals(expected.size() * Float.BYTES, floats.remaining());
        for (int i = 0; i < expected.size(); i++) {
            assertEquals(expected.getDouble(i), floats.getFloat(), TOLERANCE);
        }
    }

    /** On a thread of the pool, which their front loop does not wait for. */
    @Test
    void manyTextsHaveTheVectorsThatEachHasAlone() {
        double before = gateway.metrics().value("sluice_transform_seconds_count", "kind=\"answer\"");
        String text = "\"The film was good.\"";
        JsonArray alone = vector(vectors("\"input\": " + text), 0);
        assertEquals(before, gateway.metrics().value("sluice_transform_seconds_count", "kind=\"answer\""));
        JsonArray many = vectors("\"input\": [" + (text + ",").repeat(255) + text + "]");
        assertEquals(256, many.size());
        assertNear(alone.getList(), vector(many, 255).getList());
        Waiting.until(
                "it is counted",
                () -> gateway.metrics().value("sluice_transform_seconds_count", "kind=\"answer\"") == before + 1);
    }

    @Test
    void whatIsNullIsLeftOut() {
        String nulls = ", \"dimensions\": null, \"user\": null, \"encoding_format\": null";
        assertEquals(vectors("\"input\": \"good\""), vectors("\"input\": \"good\"" + nulls));
    }

    /** The first elements, of length 1 again. */
    @Test
    void shortensWhereTheModelSaysThatItMayBe() {
        JsonArray whole = vector(vectors("\"input\": \"good\""), 0);
        JsonArray three = vector(vectors("\"input\": \"good\", \"dimensions\": 3"), 0);
        assertEquals(3, three.size());
        double norm = 0;
        for (int i = 0; i < 3; i++) {
            norm += whole.getDouble(i) * whole.getDouble(i);
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(whole.getDouble(i) / Math.sqrt(norm), three.getDouble(i), TOLERANCE);
        }
        assertEquals(
                "dimensions",
                embed("\"input\": \"good\", \"dimensions\": 9")
                        .json()
                        .getJsonObject("error")
                        .getString("param"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"input\": []|input|input: has no text",
                "\"input\": \"a\", \"encoding_format\": \"int8\"|encoding_format|encoding_format: must be",
                "\"input\": \"a\", \"dimensions\": 0|dimensions|dimensions: must be from 1 to 8, the elements",
                "\"input\": null|input|input: is missing",
                "\"input\": [3, 1000]|input|input: 1000 is none of the model's 76 tokens",
                "\"input\": [[1], [2, \"x\"]]|input[1]|input[1]: ",
                "\"input\": [1, -1]|input|input: ",
                "\"input\": [[1], []]|input[1]|input[1]: has no token",
                "\"input\": \"a\", \"seed\": 1|seed|seed: unknown",
                "\"user\": \"a\"|input|input: is missing"
            })
    void saysWhatIsWrongInTheirForm(String members, String param, String message) {
        Answer answer = embed(members);
        assertEquals(400, answer.status(), answer.body());
        JsonObject error = answer.json().getJsonObject("error");
        assertTrue(error.getString("message").startsWith(message), answer.body());
        assertEquals("invalid_request_error", error.getString("type"));
        assertEquals(param, error.getString("param"));
        assertNull(error.getValue("code"));
    }

    @Test
    void knowsItsModels() {
        JsonArray models = get("/v1/models").json().getJsonArray("data");
        assertEquals(2, models.size());
        assertEquals("moods", models.getJsonObject(0).getString("id"));
        assertEquals("model", get("/v1/models/sentences").json().getString("object"));
        Answer nobody = get("/v1/models/nobody");
        assertEquals(404, nobody.status());
        assertEquals("model_not_found", nobody.json().getJsonObject("error").getString("code"));
    }

    @Test
    void refusesAModelThatGivesNone() {
        HttpRequest.Builder request = gateway.request(gateway.profilePort(0), "/v1/embeddings");
        Answer other = Waiting.await(
                gateway.send(request.POST(BodyPublishers.ofString("{\"model\":\"moods\",\"input\":\"a\"}"))
                        .build()));
        assertEquals(400, other.status());
        assertTrue(other.json().getJsonObject("error").getString("message").contains("gives no embeddings"));
        Answer unknown =
                Waiting.await(gateway.send(request.POST(BodyPublishers.ofString("{\"model\":\"x\",\"input\":\"a\"}"))
                        .build()));
        assertEquals(404, unknown.status());
        assertEquals("model_not_found", unknown.json().getJsonObject("error").getString("code"));
        Answer none = Waiting.await(gateway.send(
                request.POST(BodyPublishers.ofString("{\"input\":\"a\"}")).build()));
        assertEquals("model", none.json().getJsonObject("error").getString("param"));
    }

    @Test
    void countsAsAProtocolOfItsOwn() {
        embed("\"input\": \"a\"");
        String page = gateway.get("/metrics").body();
        assertTrue(page.contains("protocol=\"openai\""), page);
    }

    private static Answer post(RunningGateway limited, String body, String... headers) {
        HttpRequest.Builder request =
                limited.request(limited.profilePort(0), "/v1/embeddings").POST(BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return Waiting.await(limited.send(request.build()));
    }

    /** The body is read before anybody knows whom it is for, and is held to the same as others all the same. */
    @Test
    void quotasDeadlinesAndLimitsHold() {
        String asked = "{\"model\": \"sentences\", \"input\": \"good\"}";
        try (RunningGateway limited = RunningGateway.start(
                Places.TEXT_MODELS,
                "compat.listeners=openai: 0",
                "admission.client_header=X-Client",
                "http.max_body_size=1KiB",
                "limits.clients=[\"*: 2 requests/h\"]")) {
            assertEquals(
                    "\"requests\";q=2;w=3600",
                    post(limited, asked, "x-client", "a").header("ratelimit-policy"));
            assertEquals(200, post(limited, asked, "x-client", "a").status());
            Answer refused = post(limited, asked, "x-client", "a");
            assertEquals(429, refused.status());
            assertEquals(
                    "rate_limit_exceeded", refused.json().getJsonObject("error").getString("code"));
            assertTrue(refused.headers().containsKey("retry-after"), refused.toString());
            Answer large = post(limited, asked + " ".repeat(1024), "x-client", "b");
            assertEquals(413, large.status());
            assertEquals(
                    "invalid_request_error", large.json().getJsonObject("error").getString("type"));
            Answer strange = post(limited, asked, "x-client", "b", "sluice-timeout-ms", "soon");
            assertEquals(400, strange.status(), strange.body());
            assertEquals(200, post(limited, asked, "x-client", "c").status());
            limited.awaitNothingInFlight();
        }
    }
}
