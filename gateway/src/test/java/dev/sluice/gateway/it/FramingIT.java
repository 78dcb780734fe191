package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a request of HTTP/1.1 ends, and in which protocol it goes on: nothing that could be read in two ways. */
class FramingIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final String BODY = Requests.sums(2, 3);
    private static final String CHUNKS = Integer.toHexString(BODY.length()) + "\r\n" + BODY + "\r\n0\r\n\r\n";
    private static final String OFFER =
            "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n";

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String head(String... headers) {
        return "POST " + SUMS + " HTTP/1.1\r\nhost: x\r\n" + String.join("\r\n", headers) + "\r\n\r\n";
    }

    private static void isRefusedAndEnds(String request, String reason) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            Answer refusal = connection.send(request).answer();
            assertTrue(refusal.error(400).contains(reason), refusal.body());
            assertEquals("close", refusal.header("connection"));
            assertTrue(connection.isClosedByServer());
        }
    }

    /** The body would be read as the next request by a server that does not know where it ends. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "xchunked",
                "chunked, identity",
                "gzip, chunked",
                "identity",
                "chunked, chunked",
                "chunked\r\ntransfer-encoding: chunked",
                ""
            })
    void refusesATransferCodingOtherThanChunked(String codings) throws IOException {
        isRefusedAndEnds(head("transfer-encoding: " + codings) + CHUNKS, "Transfer-Encoding");
        isRefusedAndEnds(head("transfer-encoding: " + codings, "content-length: 5") + CHUNKS, "Transfer-Encoding");
    }

    @Test
    void refusesChunksWithALengthBesideThem() throws IOException {
        isRefusedAndEnds(
                head("content-length: " + CHUNKS.length(), "transfer-encoding: chunked") + CHUNKS, "Content-Length");
    }

    @Test
    void refusesChunksFromBeforeThereWereAny() throws IOException {
        String old = head("transfer-encoding: chunked").replace("HTTP/1.1", "HTTP/1.0");
        isRefusedAndEnds(old + CHUNKS, "HTTP/1.0 has no Transfer-Encoding");
    }

    @Test
    void refusesTwoHosts() throws IOException {
        isRefusedAndEnds(head("host: y", "content-length: " + BODY.length()) + BODY, "more than one Host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chunked", "Chunked", " chunked "})
    void takesChunks(String coding) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            for (int i = 0; i < 2; i++) {
                connection.send(head("transfer-encoding: " + coding) + CHUNKS);
                assertEquals(5, connection.answer().data().getInteger(0));
            }
        }
    }

    /** Also when it comes byte by byte, and the first bytes could still become HTTP/2. */
    @ParameterizedTest
    @ValueSource(strings = {"POST", "PRI", "\r\nPOST"})
    void isAsStrictWithRequestsInTinyPieces(String method) throws IOException {
        String request = head("transfer-encoding: xchunked").replaceFirst("POST", method) + CHUNKS;
        try (RawConnection connection = new RawConnection(gateway.port())) {
            for (int i = 0; i < request.indexOf(CHUNKS); i++) {
                connection.send(request.substring(i, i + 1));
            }
            assertTrue(connection.answer().error(400).contains("Transfer-Encoding"));
        }
    }

    @ParameterizedTest
    @CsvSource({"118, 119", "+118, +118", "118, +118"})
    void refusesALengthOfJsonThatCouldBeReadInTwoWays(String first, String second) throws IOException {
        String name = "Inference-Header-Content-Length: ";
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send(head(name + first, name + second, "content-length: " + BODY.length()) + BODY);
            String error = connection.answer().error(400);
            assertTrue(error.startsWith("inference-header-content-length: "), error);
        }
    }

    @Test
    void refusesALengthOfJsonWithASign() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String length = "Inference-Header-Content-Length: +" + BODY.length();
            connection.send(head(length, "content-length: " + BODY.length()) + BODY);
            String error = connection.answer().error(400);
            assertTrue(error.contains("is not a number of bytes: +"), error);
        }
    }

    /** As curl does with a long body: it waits for 100 before it sends any, and 101 is not what it waits for. */
    @Test
    void doesNotUpgradeARequestThatExpectsToContinue() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send(head(OFFER + "expect: 100-continue", "content-length: " + BODY.length()));
            assertEquals(100, connection.answer().status());
            assertEquals(5, connection.send(BODY).answer().data().getInteger(0));
            connection.post(SUMS, BODY);
            assertEquals(5, connection.answer().data().getInteger(0));
        }
    }

    @Test
    void servesJavasClientThatOffersToUpgradeAndExpectsToContinue() {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> answer = Waiting.await(client.sendAsync(
                        gateway.request(SUMS)
                                .expectContinue(true)
                                .POST(BodyPublishers.ofString(BODY))
                                .build(),
                        BodyHandlers.ofString()));
                assertEquals(5, Answer.of(answer).data().getInteger(0));
            }
        }
    }

    @Test
    void doesNotUpgradeWhatIsMalformed() throws IOException {
        isRefusedAndEnds(head(OFFER + "content-length: abc"), "malformed");
        isRefusedAndEnds(head(OFFER + "transfer-encoding: xchunked") + CHUNKS, "Transfer-Encoding");
        try (RawConnection connection = new RawConnection(gateway.port())) {
            Answer refusal = connection
                    .send(head(OFFER + "transfer-encoding: chunked") + "zz\r\n")
                    .answer();
            assertTrue(refusal.error(400).startsWith("body: is malformed: "), refusal.body());
        }
    }
}
