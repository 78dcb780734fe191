package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** HTTP/1.1 requests that do not wait for the answers before them: answered in order, and never without bound. */
class PipeliningIT {

    private static final int MANY = 500;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "http.front_loops=1");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static String request(String model, String body) {
        return "POST /v2/models/" + model + "/infer HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length()
                + "\r\n\r\n" + body;
    }

    /** Each kind takes a time of its own: were they not kept in order, the quick ones would overtake. */
    @Test
    void answersInOrderWhatIsWrittenAtOnce() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < MANY; i++) {
            all.append(
                    switch (i % 4) {
                        case 0 -> request("slow", Requests.slow(20, i));
                        case 1 -> request("sums", Requests.sums(i, 1));
                        case 2 -> request("sums", "{");
                        default -> "GET /v2/health/live HTTP/1.1\r\nhost: x\r\n\r\n";
                    });
        }
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send(all.toString());
            for (int i = 0; i < MANY; i++) {
                Answer answer = connection.answer();
                switch (i % 4) {
                    case 0 -> assertEquals((float) i, answer.data().getFloat(0));
                    case 1 -> assertEquals(i + 1, answer.data().getInteger(0));
                    case 2 -> answer.error(400);
                    default -> assertEquals(200, answer.status());
                }
            }
        }
    }

    @Test
    void aMalformedRequestBehindAGoodOneEndsTheConnectionAfterBothAnswers() throws IOException {
        for (String malformed : new String[] {"no http at all\r\n\r\n", "GET /v2 HTTP/1.1\r\nno colon\r\n\r\n"}) {
            try (RawConnection connection = new RawConnection(gateway.port())) {
                connection.send(request("slow", Requests.slow(100, 7)) + malformed + request("sums", "{}"));
                assertEquals(7f, connection.answer().data().getFloat(0));
                Answer refusal = connection.answer();
                refusal.error(400);
                assertEquals("close", refusal.header("connection"));
                assertThrows(EOFException.class, connection::answer);
            }
        }
    }

    /** A client that writes and never reads: at some point nothing more is taken from it, and others are served. */
    @Test
    void stopsReadingFromAClientThatDoesNotReadItsAnswers() throws IOException {
        byte[] request = ("GET /openapi.json HTTP/1.1\r\nhost: x\r\npadding: " + "x".repeat(8000) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        try (SocketChannel client = SocketChannel.open()) {
            client.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 16);
            client.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
            client.configureBlocking(false);
            ByteBuffer next = ByteBuffer.wrap(request);
            long written = 0;
            for (int stuck = 0; stuck < 50; ) {
                int count = client.write(next);
                written += count;
                stuck = count > 0 ? 0 : stuck + 1;
                if (count == 0) {
                    assertEquals(200, gateway.get("/v2/health/live").status());
                }
                if (!next.hasRemaining()) {
                    next.rewind();
                }
                assertTrue(written < 200L << 20, "there is no bound to what is taken");
            }
            client.configureBlocking(true);
            isAnswered(client, written / request.length);
        }
    }

    /** Every request that was sent whole, in the form of every other. */
    private static void isAnswered(SocketChannel client, long requests) throws IOException {
        String document = gateway.get("/openapi.json").body();
        RawConnection reader = new RawConnection(client.socket());
        for (long i = 0; i < requests; i++) {
            Answer answer = reader.answer();
            assertEquals(200, answer.status());
            assertEquals(document, answer.body());
        }
    }
}
