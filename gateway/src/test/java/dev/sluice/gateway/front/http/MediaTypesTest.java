package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which bodies are read as JSON. */
class MediaTypesTest {

    @ParameterizedTest
    @CsvSource({
        ", true",
        "application/json, true",
        "Application/JSON, true",
        "application/json; charset=utf-8, true",
        "application/json;charset=utf-8, true",
        "' application/json ; x=y', true",
        "text/json, true",
        "text/plain;charset=UTF-8, true",
        "application/x-www-form-urlencoded, true",
        "application/vnd.sluice+json, true",
        "APPLICATION/LD+JSON; a=b, true",
        "application/octet-stream, true",
        "application/xml, false",
        "application/jsonp, false",
        "application/json5, false",
        "text/html, false",
        "text/x+json, false",
        "multipart/form-data; boundary=application/json, false",
        "'', false",
        ";application/json, false"
    })
    void knowsWhatIsReadAsJson(@Nullable String contentType, boolean json) {
        assertEquals(json, MediaTypes.isTaken(contentType));
    }

    @ParameterizedTest
    @CsvSource({
        ", false",
        "application/json, true",
        "'Application/JSON ; charset=utf-8', true",
        "text/json, true",
        "application/vnd.sluice+json, true",
        "application/x-www-form-urlencoded, false",
        "text/plain; a=application/json, false"
    })
    void knowsWhatIsCalledJson(@Nullable String contentType, boolean json) {
        assertEquals(json, MediaTypes.isJson(contentType));
    }
}
