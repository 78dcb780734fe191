package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway answered, however it was asked.
 *
 * @param headers by name in lower case
 */
record Answer(int status, Map<String, String> headers, String body) {

    static Answer of(HttpResponse<String> response) {
        return new Answer(response.statusCode(), headers(response), response.body());
    }

    static Map<String, String> headers(HttpResponse<?> response) {
        Map<String, String> headers = new TreeMap<>();
        response.headers().map().forEach((name, values) -> headers.put(name, String.join(", ", values)));
        return headers;
    }

    @Nullable
    String header(String name) {
        return headers.get(name);
    }

    JsonObject json() {
        return new JsonObject(body);
    }

    /** The outputs of an inference that must have succeeded. */
    JsonArray outputs() {
        assertEquals(200, status, body);
        return json().getJsonArray("outputs");
    }

    /** The data of the one or first output. */
    JsonArray data() {
        return outputs().getJsonObject(0).getJsonArray("data");
    }

    /** The text of a refusal, which must have the form of every refusal. */
    String error(int expectedStatus) {
        assertEquals(expectedStatus, status, body);
        assertEquals("application/json", header("content-type"), body);
        String error = json().getString("error");
        assertNotNull(error, body);
        assertFalse(error.isBlank(), body);
        assertEquals(1, json().size(), body);
        return error;
    }
}
