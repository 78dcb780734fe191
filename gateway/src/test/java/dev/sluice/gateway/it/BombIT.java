package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A loop that inflates a very large body goes on serving its other connections, even if it comes in one read. */
class BombIT {

    /** Some hundred turns of a loop; and compressed, with the head, what the kernel hands over at once. */
    private static final int INFLATED = 56 << 20;

    private static final int ONE_READ = 64 << 10;

    private static final String LIVE = "GET /v2/health/live HTTP/1.1\r\nhost: x\r\n\r\n";
    private static final int ATTEMPTS = 5;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "http.front_loops=1",
                "http.max_body_size=" + INFLATED,
                "admission.max_in_flight_bytes=1GiB");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream compressing = new GZIPOutputStream(out)) {
            byte[] part = new byte[1 << 20];
            for (int i = 0; i < INFLATED; i += part.length) {
                compressing.write(part);
            }
            compressing.write(part);
        }
        byte[] head = ("POST /v2/models/sums/infer HTTP/1.1\r\nhost: x\r\ncontent-encoding: gzip\r\ncontent-length: "
                        + out.size() + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = Arrays.copyOf(head, head.length + out.size());
        System.arraycopy(out.toByteArray(), 0, request, head.length, out.size());
        assertTrue(request.length < ONE_READ, request.length + " bytes");
        return request;
    }

    /** On a machine that is busy enough the bomb may be through all the same, but not every time. */
    @Test
    void othersAreServedInBetween() throws IOException {
        byte[] bomb = bomb();
        boolean served = false;
        for (int i = 0; i < ATTEMPTS && !served; i++) {
            served = isServedInBetween(bomb);
        }
        assertTrue(served, "the bomb was always through before its neighbour");
    }

    /** If the loop took the bomb in one go, it would be through when the second answer comes, at the latest. */
    private static boolean isServedInBetween(byte[] bomb) throws IOException {
        try (RawConnection neighbour = new RawConnection(gateway.port());
                RawConnection bombing = new RawConnection(gateway.port())) {
            neighbour.send(LIVE);
            assertEquals(200, neighbour.answer().status());
            bombing.send(bomb);
            for (int i = 0; i < 2; i++) {
                neighbour.send(LIVE);
                assertEquals(200, neighbour.answer().status());
            }
            boolean between = !bombing.hasAnswer();
            bombing.answer().error(413);
            return between;
        }
    }
}
