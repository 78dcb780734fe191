package dev.sluice.gateway.it;

import static dev.sluice.gateway.it.Requests.sums;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Wrong paths, methods, headers and sizes: what is refused before a body counts. */
class WireErrorsIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final int MAX_BODY = 4096;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "http.max_body_size=4KiB",
                "http.max_header_size=4KiB",
                "http.max_initial_line=2KiB");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static void stillServes(RawConnection connection) throws IOException {
        Answer good = connection.post(SUMS, sums(2, 3)).answer();
        assertEquals(5, good.data().getInteger(0), good.body());
    }

    private record Case(String method, String path, int status, String fragment) {}

    @TestFactory
    Stream<DynamicTest> refusesWrongPathsAndGoesOn() {
        return Stream.of(
                        new Case("POST", "/v2/models/nobody/infer", 404, "there is no model \"nobody\""),
                        new Case("POST", "/v2/models/sums/versions/2/infer", 404, "has no version 2 here; it has [1]"),
                        new Case("POST", "/v2/models/sums/versions/abc/infer", 404, "has no version \"abc\""),
                        new Case("POST", "/v2/models/sums/versions/-1/infer", 404, "has no version"),
                        new Case("POST", "/v2/models/sums/versions/99999999999999999999/infer", 404, "has no version"),
                        new Case("POST", "/v2/models/nobody/versions/1/infer", 404, "there is no model \"nobody\""),
                        new Case("POST", "/v2/models/..%2fsums/infer", 404, "there is no model"),
                        new Case("POST", "/v2/models/..%2F..%2Fetc%2Fpasswd/infer", 404, "there is no model"),
                        new Case("POST", "/v2/models/%00/infer", 404, "there is no model"),
                        new Case("POST", "/v2/models/%22%0A%5C/infer", 404, "there is no model"),
                        new Case("GET", "/v2/models/nobody", 404, "there is no model \"nobody\""),
                        new Case("GET", "/v2/models/nobody/ready", 404, "there is no model \"nobody\""),
                        new Case("GET", "/v2/models/sums/versions/7", 404, "has no version 7"),
                        new Case("GET", "/v2/models/sums/versions/x/ready", 404, "has no version \"x\""),
                        new Case("GET", "/nothing", 404, "there is nothing at /nothing"),
                        new Case("POST", "/nothing", 404, "there is nothing at /nothing"),
                        new Case("GET", "/v2/models/sums/nothing", 404, "there is nothing at"),
                        new Case("GET", "/v3", 404, "there is nothing at /v3"),
                        new Case("GET", "/v2/models/%zz", 400, "malformed"),
                        new Case("GET", SUMS, 405, "GET is not allowed here; allowed: POST"),
                        new Case("DELETE", "/v2/models/sums", 405, "DELETE is not allowed here; allowed: GET, HEAD"),
                        new Case("PUT", SUMS, 405, "allowed: POST"),
                        new Case("POST", "/metrics", 405, "allowed: GET, HEAD"),
                        new Case("PATCH", "/v2/health/live", 405, "allowed: GET, HEAD"))
                .map(wrong -> DynamicTest.dynamicTest(wrong.method + " " + wrong.path, () -> isRefused(wrong)));
    }

    private static void isRefused(Case wrong) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String body = wrong.method.equals("GET") ? "" : sums(1, 2);
            Answer answer = connection
                    .send(wrong.method + " " + wrong.path + " HTTP/1.1\r\nhost: test\r\ncontent-length: "
                            + body.length() + "\r\n\r\n" + body)
                    .answer();
            String error = answer.error(wrong.status);
            assertTrue(error.contains(wrong.fragment), error);
            assertEquals(wrong.status == 405, answer.headers().containsKey("allow"), answer::toString);
            stillServes(connection);
        }
    }

    @Test
    void refusesMediaTypesThatItCannotReadAndSaysWhichItReads() throws IOException {
        for (String type : new String[] {"application/pdf", "image/png", "multipart/form-data; boundary=x"}) {
            try (RawConnection connection = new RawConnection(gateway.port())) {
                Answer answer = connection
                        .send("POST " + SUMS + " HTTP/1.1\r\nhost: test\r\ncontent-type: " + type
                                + "\r\ncontent-length: 3\r\n\r\nabc")
                        .answer();
                assertTrue(answer.error(415).contains(" and got " + type), answer.body());
                stillServes(connection);
            }
        }
    }

    @Test
    void refusesABodyThatItCannotDecompress() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String head = "POST " + SUMS + " HTTP/1.1\r\nhost: test\r\ncontent-encoding: br\r\ncontent-length: ";
            int status = connection.send(head + "3\r\n\r\nabc").answer().status();
            assertEquals(415, status);
            connection.send(head.replace(SUMS, "/v2/repository/index") + "3\r\n\r\nabc");
            assertEquals("gzip, deflate", connection.answer().header("accept-encoding"));
            stillServes(connection);
        }
    }

    /** 413 comes although most of what was promised has not been sent, and what follows it is the next request. */
    @Test
    void refusesATooLongBodyBeforeItHasBeenSent() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String part = "x".repeat(100);
            int length = MAX_BODY + 1000;
            connection.send(
                    "POST " + SUMS + " HTTP/1.1\r\nhost: test\r\ncontent-length: " + length + "\r\n\r\n" + part);
            assertTrue(connection.answer().error(413).contains("limit of 4096 bytes (http.max_body_size)"));
            connection.send("x".repeat(length - part.length()));
            stillServes(connection);
        }
    }

    @Test
    void refusesATooLongChunkedBodyAsSoonAsItIsTooLong() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            String chunk = "400\r\n" + "x".repeat(0x400) + "\r\n";
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n");
            connection.send(chunk.repeat(5));
            assertTrue(connection.answer().error(413).contains("limit of 4096 bytes (http.max_body_size)"));
            connection.send(chunk + "0\r\n\r\n");
            stillServes(connection);
        }
    }

    @Test
    void cutsOffAClientThatKeepsSendingAfterTheRefusal() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send("POST " + SUMS + " HTTP/1.1\r\nhost: test\r\ncontent-length: 100000000\r\n\r\n");
            assertEquals(413, connection.answer().status());
            try {
                for (int i = 0; i < 1000; i++) {
                    connection.send("x".repeat(MAX_BODY));
                }
            } catch (IOException cutOff) {
                return;
            }
            assertTrue(connection.isClosedByServer());
        }
    }

    @Test
    void takesABodyOfExactlyTheLimit() throws IOException {
        String body = sums(2, 3);
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.post(SUMS, body + " ".repeat(MAX_BODY - body.length()));
            assertEquals(5, connection.answer().data().getInteger(0));
            connection.post(SUMS, body + " ".repeat(MAX_BODY + 1 - body.length()));
            assertEquals(413, connection.answer().status());
            stillServes(connection);
        }
    }

    @Test
    void refusesWhatIsNotHttp() throws IOException {
        isNotHttp("\u0016\u0003\u0001hello there\r\n\r\n", 400);
        isNotHttp("GET\r\n\r\n", 400);
        isNotHttp("GET /v2 HTTP/1.1\r\nno colon here\r\n\r\n", 400);
        isNotHttp("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\ncontent-length: abc\r\n\r\n", 400);
        isNotHttp("POST " + SUMS + " HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", 400);
        isNotHttp("GET /" + "x".repeat(3000) + " HTTP/1.1\r\nhost: x\r\n\r\n", 414);
        isNotHttp("GET /v2 HTTP/1.1\r\nhost: x\r\nbig: " + "x".repeat(5000) + "\r\n\r\n", 431);
    }

    private static void isNotHttp(String bytes, int status) throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send(bytes).answer().error(status);
        }
        assertEquals(200, gateway.get("/v2/health/live").status());
    }

    @Test
    void answersAHeadRequestLikeAGetWithoutABody() throws IOException {
        for (String path : new String[] {"/", "/v2", "/v2/health/ready", "/v2/models", "/v2/models/sums"}) {
            try (RawConnection connection = new RawConnection(gateway.port())) {
                Answer head = connection
                        .send("HEAD " + path + " HTTP/1.1\r\nhost: test\r\n\r\n")
                        .answer(false);
                assertEquals(200, head.status(), path);
                stillServes(connection);
            }
        }
    }

    @Test
    void findsAModelWhoseNameIsPercentEncoded() {
        assertEquals(200, gateway.infer("%73ums", sums(1, 2)).status());
        assertEquals(200, gateway.get("/v2/models/s%75ms").status());
    }

    @Test
    void aSlashAtTheEndChangesNothing() {
        for (String path : new String[] {"/v2", "/v2/models", "/v2/health/live", "/v2/models/sums", "/metrics"}) {
            assertEquals(200, gateway.get(path + "/").status(), path);
        }
        assertEquals(200, gateway.get("/v2/models/sums/versions/1/ready/").status());
        Answer answer = Waiting.await(gateway.send(gateway.request(SUMS + "/")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString(sums(2, 3)))
                .build()));
        assertEquals(5, answer.data().getInteger(0), answer.body());
    }

    @Test
    void answersPipelinedRequestsInTheirOrder() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            for (int i = 0; i < 20; i++) {
                connection.post(SUMS, i % 3 == 0 ? "{" : sums(i, 1));
            }
            for (int i = 0; i < 20; i++) {
                Answer answer = connection.answer();
                assertEquals(i % 3 == 0 ? 400 : 200, answer.status(), answer.body());
                if (i % 3 != 0) {
                    assertEquals(i + 1, answer.data().getInteger(0));
                }
            }
        }
    }

    @Test
    void survivesClientsThatLeaveInTheMiddle() throws IOException {
        for (int i = 0; i < 50; i++) {
            try (RawConnection connection = new RawConnection(gateway.port())) {
                String whole = "POST " + SUMS + " HTTP/1.1\r\nhost: test\r\ncontent-length: 500\r\n\r\n" + sums(1, 2);
                connection.send(whole.substring(0, i * whole.length() / 50));
            }
        }
        assertEquals(5, gateway.infer("sums", sums(2, 3)).data().getInteger(0));
        gateway.awaitNothingInFlight();
    }
}
