package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that are allowed, or nearly so, and that no ordinary client sends. */
class OddRequestsIT {

    private static final String SUMS = "/v2/models/sums/infer";

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static void stillServes(RawConnection connection) throws IOException {
        Answer good = connection.post(SUMS, Requests.sums(2, 3)).answer();
        assertEquals(5, good.data().getInteger(0), good.body());
    }

    /** RFC 9110, section 9.3.7: a star asks about the server as a whole. */
    @Test
    void optionsMayAskAboutTheWholeServer() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            Answer options =
                    connection.send("OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n").answer();
            assertEquals(204, options.status(), options.body());
            assertEquals("GET, HEAD, POST, OPTIONS", options.header("allow"));
            for (String target : new String[] {"GET *", "OPTIONS nothing", "POST v2"}) {
                connection.send(target + " HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}");
                connection.answer().error(400);
            }
            stillServes(connection);
        }
    }

    @Test
    void takesABodyInAMillionChunks() throws IOException {
        String body = Requests.sums(2, 3) + " ".repeat(1_000_000);
        StringBuilder chunks = new StringBuilder(6 * body.length());
        body.chars().forEach(c -> chunks.append("1\r\n").append((char) c).append("\r\n"));
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
            Answer answer = connection.send(chunks.toString()).send("0\r\n\r\n").answer();
            assertEquals(5, answer.data().getInteger(0));
            stillServes(connection);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\n", "-1\r\n", "5\r\nabcdefgh\r\n", "fffffffffffffffff\r\n", "\r\n\r\n"})
    void saysThatAChunkIsMalformedBeforeItCloses(String malformed) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n");
            connection.send("3\r\nabc\r\n" + malformed);
            Answer refusal = connection.answer();
            assertTrue(refusal.error(400).startsWith("body: is malformed: "), refusal.body());
            assertEquals("close", refusal.header("connection"));
            assertTrue(connection.isClosedByServer());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":", "[[{\"inputs\":"})
    void refusesJsonThatIsNestedWithoutEnd(String opening) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            for (String prefix : new String[] {"", "{\"inputs\":", "{\"unknown\":", "{\"parameters\":"}) {
                String error = connection
                        .post(SUMS, prefix + opening.repeat(250_000))
                        .answer()
                        .error(400);
                assertTrue(error.length() < 2000, error);
            }
            stillServes(connection);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"99999999999", "99999999999999999999", "-1", "abc", "1e3", "0x10", " ", "1, 1", "2147483648"})
    void refusesALengthOfJsonThatIsNone(String length) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String body = Requests.sums(2, 3);
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\nInference-Header-Content-Length: " + length
                    + "\r\ncontent-length: " + body.length() + "\r\n\r\n" + body);
            String error = connection.answer().error(400);
            assertTrue(error.toLowerCase(java.util.Locale.ROOT).contains("inference-header-content-length"), error);
            stillServes(connection);
        }
    }

    /** The product of the last two is 32 modulo 2 to the power of 64. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "[16, 1152921504606846978]",
                "[9223372036854775807, 4]",
                "[9223372036854775808, 4]",
                "[4294967296, 4294967296]",
                "[-1, 4]",
                "[1, -4]"
            })
    void refusesAShapeThatIsTooLargeToCount(String shape) throws IOException {
        String body = Requests.inputs(
                Requests.tensor("IN0", "INT32", shape, "[1,1,1,1]"),
                Requests.tensor("IN1", "INT32", "[1,4]", "[1,1,1,1]"));
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String error = connection.post(SUMS, body).answer().error(400);
            assertTrue(error.contains("inputs[0]"), error);
            String raw = body.replace("\"data\":[1,1,1,1]}", "\"parameters\":{\"binary_data_size\":128}}");
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\nInference-Header-Content-Length: " + raw.length()
                    + "\r\ncontent-length: " + (raw.length() + 256) + "\r\n\r\n" + raw + "x".repeat(256));
            error = connection.answer().error(400);
            assertTrue(error.contains("inputs[0]"), error);
            stillServes(connection);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/v2/models/s%75ms/infer, 200",
        "/v2/models/%73%75%6D%73/versions/%31/infer/, 200",
        "/v2/models/sums/infer/, 200",
        "/v2/models/sums/infer?a=b, 200",
        "http://other.example/v2/models/sums/infer, 200",
        "/v2/models/sums%2Finfer, 405",
        "/v2/models/sums%2Fversions%2F1/infer, 404",
        "/v2/models/sums%20/infer, 404",
        "/v2/models/+sums/infer, 404",
        "/v2/models/s%C3%BCms/infer, 404",
        "/v2/models/sums/infer//, 200",
        "/v2/models//infer, 405",
        "/v2/models/%/infer, 400",
        "/v2/models/%7/infer, 400"
    })
    void readsPathsAsTheyAreMeant(String path, int status) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            Answer answer = connection.post(path, Requests.sums(2, 3)).answer();
            assertEquals(status, answer.status(), answer.body());
            if (status != 200) {
                answer.error(status);
            }
            stillServes(connection);
        }
    }
}
