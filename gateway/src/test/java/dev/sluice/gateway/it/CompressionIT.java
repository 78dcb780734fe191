package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.InflaterInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compressed bodies both ways over real sockets, OPTIONS and cross-origin headers. */
class CompressionIT {

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "http.max_body_size=1MiB",
                "admission.max_in_flight_bytes=1280KiB",
                "http.compress_responses=true",
                "http.cors_origins=https://good.example");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static byte[] compress(String coding, byte[] plain) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream to = coding.equals("gzip") ? new GZIPOutputStream(out) : new DeflaterOutputStream(out)) {
            to.write(plain);
        }
        return out.toByteArray();
    }

    private static HttpResponse<byte[]> send(String coding, byte[] body, String accepted) {
        return gateway.sendForBytes(gateway.request("/v2/models/echo/infer")
                .header("content-encoding", coding)
                .header("accept-encoding", accepted)
                .header("origin", "https://good.example")
                .POST(BodyPublishers.ofByteArray(body))
                .build());
    }

    private static byte[] large() {
        return Requests.echo(new float[1000]).getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void goesBothWays(String coding) throws IOException {
        HttpResponse<byte[]> plain = send("identity", large(), "identity");
        HttpResponse<byte[]> answer = send(coding, compress(coding, large()), coding);
        assertEquals(200, answer.statusCode());
        assertEquals(coding, answer.headers().firstValue("content-encoding").orElse(""));
        assertArrayEquals(plain.body(), inflate(coding, answer.body()));
        assertTrue(answer.headers().allValues("vary").toString().contains("accept-encoding"));
        assertEquals(
                "https://good.example",
                answer.headers().firstValue("access-control-allow-origin").orElse(""));
    }

    /** The budget has room for one body and a part of a bomb: were any of each bomb still held, it would soon be full. */
    @Test
    void aBombIsRefusedAndLeavesNothingInTheBudget() throws IOException {
        byte[] bomb = compress("gzip", new byte[64 << 20]);
        byte[] full = new byte[1 << 20];
        for (int i = 0; i < 10; i++) {
            assertEquals(413, send("gzip", bomb, "identity").statusCode());
            assertEquals(400, send("gzip", compress("gzip", full), "identity").statusCode());
        }
    }

    /** The header counts inflated bytes, as the raw tensors behind the JSON are found by it. */
    @ParameterizedTest
    @ValueSource(strings = {"gzip", "deflate"})
    void rawTensorsGoBothWays(String coding) throws IOException {
        byte[] raw = new byte[4000];
        for (int i = 0; i < raw.length; i += 4) {
            ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).putFloat(i, i);
        }
        byte[] json = ("{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":[1,1000],"
                        + "\"parameters\":{\"binary_data_size\":4000}}],\"parameters\":{\"binary_data_output\":true}}")
                .getBytes(StandardCharsets.UTF_8);
        byte[] body =
                ByteBuffer.allocate(json.length + raw.length).put(json).put(raw).array();
        HttpResponse<byte[]> answer = gateway.sendForBytes(gateway.request("/v2/models/echo/infer")
                .header("content-encoding", coding)
                .header("accept-encoding", coding)
                .header("inference-header-content-length", Integer.toString(json.length))
                .POST(BodyPublishers.ofByteArray(compress(coding, body)))
                .build());
        assertEquals(200, answer.statusCode());
        assertEquals(coding, answer.headers().firstValue("content-encoding").orElse(""));
        byte[] plain = inflate(coding, answer.body());
        int jsonLength = Integer.parseInt(
                answer.headers().firstValue("inference-header-content-length").orElse("none"));
        assertArrayEquals(raw, Arrays.copyOfRange(plain, jsonLength, plain.length));
    }

    private static byte[] inflate(String coding, byte[] body) throws IOException {
        ByteArrayInputStream in = new ByteArrayInputStream(body);
        return (coding.equals("gzip") ? new GZIPInputStream(in) : new InflaterInputStream(in)).readAllBytes();
    }

    @Test
    void refusesWhatIsCorruptOrUnknown() {
        assertEquals(400, send("gzip", large(), "identity").statusCode());
        HttpResponse<byte[]> unknown = send("br", large(), "identity");
        assertEquals(415, unknown.statusCode());
        assertEquals(
                "gzip, deflate", unknown.headers().firstValue("accept-encoding").orElse(""));
        assertEquals(415, send("gzip, gzip", large(), "identity").statusCode());
    }

    @Test
    void optionsSaysWhatAPathTakes() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String origin = "origin: https://good.example\r\naccess-control-request-method: POST";
            connection.send("OPTIONS /v2/models/echo/infer HTTP/1.1\r\nhost: x\r\n" + origin + "\r\n\r\n");
            Answer known = connection.answer();
            assertEquals(204, known.status());
            assertEquals("POST, OPTIONS", known.header("allow"));
            assertEquals("POST, OPTIONS", known.header("access-control-allow-methods"));
            connection.send("OPTIONS /nothing HTTP/1.1\r\nhost: x\r\norigin: https://bad.example\r\n\r\n");
            Answer unknown = connection.answer();
            unknown.error(404);
            assertEquals(null, unknown.header("access-control-allow-origin"));
        }
    }
}
