package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A request that is refused by its head has a long body, which is not worth reading: its client still gets its answer. */
class LongRefusedBodyIT {

    private static final String UNKNOWN = "/v2/models/unknown/infer";
    private static final int LONG = 8 << 20;
    private static final int LONGER_THAN_ANY_BUFFER = 256 << 20;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "compat.profile=kserve-v1");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String head(int length) {
        return head(UNKNOWN, length);
    }

    private static String head(String path, int length) {
        return "POST " + path + " HTTP/1.1\r\nhost: x\r\ncontent-length: " + length + "\r\n\r\n";
    }

    /** The JDK's old client, as many others, does not look for an answer before it has written everything. */
    @Test
    void aClientThatWritesEverythingFirstReadsItsAnswer() throws IOException {
        URI place = URI.create("http://127.0.0.1:" + gateway.port() + UNKNOWN);
        for (int i = 0; i < 5; i++) {
            HttpURLConnection client = (HttpURLConnection) place.toURL().openConnection();
            client.setRequestMethod("POST");
            client.setDoOutput(true);
            client.setFixedLengthStreamingMode(LONG);
            try (OutputStream body = client.getOutputStream()) {
                byte[] piece = new byte[1 << 16];
                for (int sent = 0; sent < LONG; sent += piece.length) {
                    body.write(piece);
                }
            }
            assertEquals(404, client.getResponseCode());
            assertEquals("close", client.getHeaderField("connection"));
            try (InputStream answer = client.getErrorStream()) {
                String text = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
                assertTrue(text.contains("unknown"), text);
            }
        }
    }

    /** By its own choice: it asks for HTTP/2 with the first request, and is upgraded with a body on its way. */
    @Test
    void aClientOfEitherVersionReadsItsAnswer() throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
                HttpRequest request = gateway.request(UNKNOWN)
                        .POST(BodyPublishers.ofByteArray(new byte[LONG]))
                        .build();
                for (int i = 0; i < 3; i++) {
                    HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
                    assertEquals(404, answer.statusCode(), version + ": " + answer.body());
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {UNKNOWN, "/v1/models/unknown:predict", "/v1/models/unknown:explain"})
    void theConnectionEndsBehindTheAnswerWithoutTheBody(String path) throws IOException {
        double before = gateway.metrics().value("sluice_ended_early_connections_total");
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send(head(path, LONG));
            Answer refusal = connection.answer();
            refusal.error(404);
            assertEquals("close", refusal.header("connection"));
            assertTrue(connection.isClosedByServer());
        }
        assertEquals(before + 1, gateway.metrics().value("sluice_ended_early_connections_total"));
    }

    @Test
    void aShortBodyIsReadAndTheConnectionGoesOn() throws IOException {
        int length = 64 << 10;
        try (RawConnection connection = new RawConnection(gateway.port())) {
            for (int i = 0; i < 3; i++) {
                connection.send(head(length) + "x".repeat(length)).answer().error(404);
            }
        }
    }

    @Test
    void aClientThatNeverStopsIsCutOff() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send(head(Integer.MAX_VALUE));
            assertEquals(404, connection.answer().status());
            byte[] piece = new byte[1 << 16];
            assertThrows(IOException.class, () -> {
                for (int sent = 0; sent < LONGER_THAN_ANY_BUFFER; sent += piece.length) {
                    connection.send(piece);
                }
            });
        }
    }

    /** Its answer says that the connection goes on, for of a body in chunks nobody knows how much follows. */
    @Test
    void aBodyInChunksEndsTheConnectionWhereItBecomesLong() throws IOException {
        String chunk = "4000\r\n" + "x".repeat(0x4000) + "\r\n";
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send("POST " + UNKNOWN + " HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
            connection.answer().error(404);
            connection.send(chunk.repeat(5));
            assertTrue(connection.isClosedByServer());
        }
    }
}
