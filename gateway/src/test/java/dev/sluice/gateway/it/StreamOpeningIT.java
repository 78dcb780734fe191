package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which handshakes are let in, and what the others are told. */
class StreamOpeningIT {

    private static final String SUMS = "/v2/models/sums/stream";
    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "http.cors_origins=[\"https://app.example.org\"]");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Map<String, String> open(String path, String headers) throws IOException {
        try (RawStream stream = new RawStream(gateway.port(), 1 << 16)) {
            return stream.handshake(path, headers);
        }
    }

    private static Map<String, String> send(String method, String headers) throws IOException {
        try (RawStream stream = new RawStream(gateway.port(), 1 << 16)) {
            return stream.send(method + " " + SUMS + " HTTP/1.1\r\nhost: sluice.test:8080\r\n" + headers + "\r\n");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example.org, 101",
        "http://sluice.test:8080, 101",
        "https://SLUICE.test:8080, 101",
        "http://sluice.test, 403",
        "http://sluice.test:8081, 403",
        "https://app.example.org.evil.example, 403",
        "http://app.example.org, 403",
        "null, 403",
        "sluice.test:8080, 403"
    })
    void letsInPagesOfThisServerAndOfThoseConfigured(String origin, String status) throws IOException {
        Map<String, String> answer = open(SUMS, "origin: " + origin + "\r\n");
        assertEquals(status, answer.get("status"), answer::toString);
    }

    @Test
    void letsInNoOtherPageUnlessTold() throws IOException {
        try (RunningGateway plain = RunningGateway.start(Places.TEST_MODELS);
                RawStream stream = new RawStream(plain.port(), 1 << 16)) {
            assertEquals(
                    "403",
                    stream.handshake(SUMS, "origin: https://app.example.org\r\n")
                            .get("status"));
        }
        try (RunningGateway any = RunningGateway.start(Places.TEST_MODELS, "http.cors_origins=[\"*\"]");
                RawStream stream = new RawStream(any.port(), 1 << 16)) {
            assertEquals(
                    "101",
                    stream.handshake(SUMS, "origin: https://app.example.org\r\n")
                            .get("status"));
        }
    }

    @Test
    void saysWhatItIsToWhoDoesNotAskForWebSocket() throws IOException {
        Map<String, String> answer = send("GET", "");
        assertEquals("426", answer.get("status"));
        assertEquals("websocket", answer.get("upgrade"));
        assertEquals("upgrade", answer.get("connection"), "which the standard asks for beside it");
        assertEquals("13", answer.get("sec-websocket-version"));
        assertEquals(
                "426", send("GET", handshake("8", "dGhlIHNhbXBsZSBub25jZQ==")).get("status"));
        assertEquals(
                "405", send("POST", handshake("13", "dGhlIHNhbXBsZSBub25jZQ==")).get("status"));
    }

    private static String handshake(String version, String key) {
        return "upgrade: websocket\r\nconnection: keep-alive, Upgrade\r\nsec-websocket-version: " + version
                + "\r\nsec-websocket-key: " + key + "\r\n";
    }

    @Test
    void refusesAHandshakeThatIsBroken() throws IOException {
        assertEquals(
                "101", send("GET", handshake("13", "dGhlIHNhbXBsZSBub25jZQ==")).get("status"));
        assertEquals("400", send("GET", handshake("13", "c2hvcnQ=")).get("status"));
        assertEquals("400", send("GET", handshake("13", "no base64!")).get("status"));
        assertEquals(
                "400",
                open(SUMS, "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n").get("status"));
        assertEquals("400", open(SUMS, "content-length: 2\r\n").get("status"));
        assertEquals("400", open(SUMS + "?order=random", "").get("status"));
        assertEquals("400", open(SUMS + "?order=ready&order=request", "").get("status"));
        assertEquals("400", open("/v2/stream?order=%zz", "").get("status"));
        assertEquals("400", open(SUMS, "sluice-timeout-ms: soon\r\n").get("status"));
    }

    @Test
    void speaksOneSubprotocol() throws IOException {
        Map<String, String> chosen = open(SUMS, "sec-websocket-protocol: chat, sluice.v2.stream.1\r\n");
        assertEquals("101", chosen.get("status"));
        assertEquals("sluice.v2.stream.1", chosen.get("sec-websocket-protocol"));
        Map<String, String> none = open(SUMS, "");
        assertEquals("101", none.get("status"));
        assertFalse(none.containsKey("sec-websocket-protocol"), none::toString);
        assertEquals(
                "400",
                open(SUMS, "sec-websocket-protocol: sluice.v2.stream.9\r\n").get("status"));
    }

    @Test
    void keepsTheRequestIdOfTheOpening() throws IOException {
        assertEquals("mine", open(SUMS, "x-request-id: mine\r\n").get("x-request-id"));
    }

    @Test
    void holdsEachRequestToWhatTheHeadOfTheOpeningSays() throws IOException {
        try (RawStream stream =
                RawStream.open(gateway.port(), "/v2/models/slow/stream", 1 << 16, "sluice-timeout-ms: 1\r\n")) {
            for (int i = 0; i < 4; i++) {
                stream.text(Requests.withMember("\"id\":\"" + i + "\"", Requests.slow(8_000, i)));
            }
            String answer =
                    stream.next().text() + stream.next().text() + stream.next().text();
            assertTrue(answer.contains("deadline_exceeded"), answer);
        }
    }

    @Test
    void opensWhateverThePathNames() {
        try (StreamClient client = new StreamClient(gateway, "/v2/models/nothing/stream")) {
            client.ask("x", Requests.sums(1, 1)).error("x", "unknown_model", 404);
        }
    }
}
