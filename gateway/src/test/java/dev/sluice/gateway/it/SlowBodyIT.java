package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A body that does not come whole in time is given up, and says so. */
class SlowBodyIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final int WINDOW = 1 << 16;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "admission.request_timeout=200ms");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "content-length: 500\r\n\r\n{",
                "transfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
                "content-encoding: gzip\r\ncontent-length: 500\r\n\r\n\u001f"
            })
    void isRefusedAndTheConnectionEnds(String rest) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\n" + rest);
            Answer refusal = connection.answer();
            assertTrue(refusal.error(408).contains("body"), refusal.body());
            assertEquals("close", refusal.header("connection"));
            assertTrue(connection.isClosedByServer());
        }
    }

    @Test
    void isRefusedAndItsStreamIsReset() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            connection.head(1, "POST", SUMS, false).data(1, "{", false);
            assertEquals("408", connection.status(1));
            RawHttp2.Frame refusal = connection.next();
            assertTrue(refusal.text().contains("body"), refusal::text);
            assertTrue(refusal.endsStream());
            RawHttp2.Frame reset = connection.next();
            assertEquals(RawHttp2.RST_STREAM, reset.type());
            assertEquals(0, reset.code());
            connection.head(3, "GET", "/v2", true);
            assertEquals("200", connection.status(3));
        }
    }

    /** Its stream could be reset, but the connection would go on waiting for a body of HTTP/1.1. */
    @Test
    void ofARequestThatAskedForAnUpgradeEndsTheConnection() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\nconnection: Upgrade, HTTP2-Settings\r\n"
                    + "upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\ncontent-length: 500\r\n\r\n{");
            assertEquals(101, connection.answer().status());
            assertTrue(connection.isClosedByServer());
        }
    }

    @Test
    void isCutOffWhenItHasBeenRefusedBefore() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send("POST /nothing HTTP/1.1\r\nhost: x\r\ncontent-length: 500\r\n\r\n{");
            assertEquals(404, connection.answer().status());
            assertTrue(connection.isClosedByServer());
        }
    }
}
