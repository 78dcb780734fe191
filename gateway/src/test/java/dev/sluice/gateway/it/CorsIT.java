package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a browser is told about pages of other origins: of any, of listed ones, of others, and without configuration. */
class CorsIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final String GOOD = "https://good.example";
    private static final String EXPOSED =
            "content-encoding, inference-header-content-length, ratelimit, ratelimit-policy, retry-after, "
                    + "server-timing, age, sluice-cache, sluice-fallback, x-request-id";

    private static RunningGateway listed;
    private static RunningGateway any;
    private static RunningGateway none;

    @BeforeAll
    static void start() {
        listed = RunningGateway.start(
                Places.TEST_MODELS, "http.cors_origins=" + GOOD + ",http://localhost:3000", "http.max_body_size=1KiB");
        any = RunningGateway.start(Places.TEST_MODELS, "http.cors_origins=*");
        none = RunningGateway.start(Places.TEST_MODELS);
    }

    @AfterAll
    static void stop() {
        listed.close();
        any.close();
        none.close();
    }

    private static Answer send(RunningGateway gateway, String method, String path, String body, String... headers)
            throws IOException {
        StringBuilder head = new StringBuilder(
                method + " " + path + " HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length() + "\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        try (RawConnection connection = new RawConnection(gateway.port())) {
            return connection.send(head + "\r\n" + body).answer();
        }
    }

    private static List<String> list(Answer answer, String header) {
        String value = answer.header(header);
        return value == null ? List.of() : Arrays.asList(value.split(", "));
    }

    private static void tellsNothing(Answer answer) {
        assertTrue(
                answer.headers().keySet().stream().noneMatch(name -> name.startsWith("access-control-")),
                answer::toString);
    }

    @Test
    void aListedOriginIsNamedAndMayReadOurHeaders() throws IOException {
        for (String origin : List.of(GOOD, "http://localhost:3000")) {
            Answer answer = send(listed, "POST", SUMS, Requests.sums(2, 3), "origin: " + origin);
            assertEquals(5, answer.data().getInteger(0));
            assertEquals(origin, answer.header("access-control-allow-origin"));
            assertEquals(EXPOSED, answer.header("access-control-expose-headers"));
            assertTrue(list(answer, "vary").contains("origin"), answer::toString);
            assertNull(answer.header("access-control-allow-credentials"));
        }
    }

    /** Otherwise a page could not show what was wrong. */
    @Test
    void refusalsOfEveryKindAreReadableToo() throws IOException {
        String origin = "origin: " + GOOD;
        for (Answer refusal : List.of(
                send(listed, "POST", SUMS, "{", origin),
                send(listed, "POST", SUMS, "x".repeat(2000), origin),
                send(listed, "POST", SUMS, "{}", origin, "content-type: image/png"),
                send(listed, "POST", "/v2/models/nobody/infer", "{}", origin),
                send(listed, "GET", "/nothing", "", origin),
                send(listed, "GET", SUMS, "", origin))) {
            assertTrue(refusal.status() >= 400);
            assertEquals(GOOD, refusal.header("access-control-allow-origin"), refusal::toString);
        }
    }

    @Test
    void anOriginThatIsNotListedIsServedAndToldNothing() throws IOException {
        for (String origin :
                List.of("https://bad.example", "http://good.example", GOOD + ":8443", GOOD + ".evil", "null")) {
            Answer answer = send(listed, "POST", SUMS, Requests.sums(2, 3), "origin: " + origin);
            assertEquals(5, answer.data().getInteger(0));
            tellsNothing(answer);
            assertTrue(list(answer, "vary").contains("origin"), answer::toString);
        }
    }

    /** A cache must not hand an answer that names no origin to a page that needs one. */
    @Test
    void answersVaryByOriginEvenWithoutOne() throws IOException {
        Answer answer = send(listed, "GET", "/v2", "");
        tellsNothing(answer);
        assertTrue(list(answer, "vary").contains("origin"), answer::toString);
    }

    @Test
    void anyOriginIsAnsweredWithAStarAndNeedsNoVary() throws IOException {
        Answer answer = send(any, "POST", SUMS, Requests.sums(2, 3), "origin: https://who.example");
        assertEquals("*", answer.header("access-control-allow-origin"));
        assertEquals(EXPOSED, answer.header("access-control-expose-headers"));
        assertNull(answer.header("vary"));
        tellsNothing(send(any, "GET", "/v2", ""));
    }

    @Test
    void withoutConfigurationNothingIsSaid() throws IOException {
        Answer answer = send(none, "POST", SUMS, Requests.sums(2, 3), "origin: " + GOOD);
        assertEquals(5, answer.data().getInteger(0));
        tellsNothing(answer);
        assertNull(answer.header("vary"));
        tellsNothing(preflight(none, SUMS, GOOD, "POST"));
    }

    private static Answer preflight(RunningGateway gateway, String path, String origin, String method)
            throws IOException {
        return send(
                gateway,
                "OPTIONS",
                path,
                "",
                "origin: " + origin,
                "access-control-request-method: " + method,
                "access-control-request-headers: content-type, inference-header-content-length");
    }

    @Test
    void aPreflightHearsWhatThePathTakes() throws IOException {
        Answer infer = preflight(listed, SUMS, GOOD, "POST");
        assertEquals(204, infer.status());
        assertEquals("", infer.body());
        assertEquals(GOOD, infer.header("access-control-allow-origin"));
        assertEquals(List.of("POST", "OPTIONS"), list(infer, "access-control-allow-methods"));
        assertTrue(list(infer, "access-control-allow-headers")
                .containsAll(List.of("content-type", "inference-header-content-length", "x-request-id")));
        assertEquals("600", infer.header("access-control-max-age"));
        assertTrue(list(infer, "vary").contains("origin"), infer::toString);
        Answer model = preflight(any, "/v2/models/sums", "https://who.example", "GET");
        assertEquals("*", model.header("access-control-allow-origin"));
        assertEquals(List.of("GET", "HEAD", "OPTIONS"), list(model, "access-control-allow-methods"));
    }

    @Test
    void aPreflightOfAnOriginThatIsNotListedHearsNothing() throws IOException {
        Answer answer = preflight(listed, SUMS, "https://bad.example", "POST");
        assertEquals(204, answer.status());
        tellsNothing(answer);
    }
}
