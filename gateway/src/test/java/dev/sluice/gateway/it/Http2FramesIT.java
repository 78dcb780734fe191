package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** HTTP/2 frame by frame: what one stream does wrong costs that stream, and no other. */
class Http2FramesIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final String SLOW = "/v2/models/slow/infer";
    private static final int WINDOW = 1 << 16;
    private static final int MAX_BODY = 4096;
    private static final int MAX_STREAMS = 4;
    private static final int MAX_RESETS = 2000;

    /** Half a second of work. */
    private static final int LONG = 20_000;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "worker.instances=1",
                "http.max_body_size=4KiB",
                "http.max_header_size=4KiB",
                "admission.max_in_flight_bytes=8KiB",
                "http.max_concurrent_streams=" + MAX_STREAMS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static void stillServes(RawHttp2 connection, int stream) throws IOException {
        connection.post(stream, SUMS, Requests.sums(2, 3));
        assertEquals("200", connection.status(stream));
        JsonObject answer = new JsonObject(connection.next().text());
        assertEquals(
                5,
                answer.getJsonArray("outputs")
                        .getJsonObject(0)
                        .getJsonArray("data")
                        .getInteger(0));
    }

    @Test
    void endsOnlyTheStreamOfARefusedBodyThatIsLong() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            connection.head(1, "POST", SUMS, false, "content-length", "100000000");
            connection.head(3, "POST", SUMS, false);
            assertEquals("413", connection.status(1));
            assertTrue(connection.next().endsStream());
            RawHttp2.Frame cut = connection.next();
            assertEquals(RawHttp2.RST_STREAM, cut.type());
            assertEquals(1, cut.stream());
            assertEquals(0, cut.code());
            connection.data(3, Requests.sums(2, 3), true);
            assertEquals("200", connection.status(3));
            assertTrue(connection.next().endsStream());
            stillServes(connection, 5);
        }
    }

    @Test
    void answersAHeadRequestWithItsHeadAlone() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            connection.head(1, "GET", "/v2/models/sums", true);
            String length = connection.answerHead(1).get("content-length").toString();
            assertEquals(length, Integer.toString(connection.next().payload().length));
            connection.head(3, "HEAD", "/v2/models/sums", true);
            connection.head(5, "HEAD", "/nothing", true);
            RawHttp2.Frame found = connection.next();
            assertTrue(found.endsStream(), found::toString);
            assertEquals(length, connection.headers(found).get("content-length").toString());
            RawHttp2.Frame missing = connection.next();
            assertTrue(missing.endsStream(), missing::toString);
            assertEquals("404", connection.headers(missing).status().toString());
            stillServes(connection, 7);
        }
    }

    @Test
    void aTooLongBodyThatEndsLeavesItsStreamInPeace() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            connection.head(1, "POST", SUMS, false);
            connection.data(1, "x".repeat(MAX_BODY + 1), false);
            assertEquals("413", connection.status(1));
            assertTrue(connection.next().endsStream());
            connection.data(1, "x".repeat(100), true);
            stillServes(connection, 3);
        }
    }

    @Test
    void resetsAStreamThatSendsMoreThanItAnnounced() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            connection.head(1, "POST", SUMS, false, "content-length", "5");
            connection.head(3, "POST", SUMS, false);
            connection.data(1, "0123456789", true);
            RawHttp2.Frame reset = connection.next();
            assertEquals(RawHttp2.RST_STREAM, reset.type());
            assertEquals(1, reset.stream());
            connection.data(3, Requests.sums(2, 3), true);
            assertEquals("200", connection.status(3));
            assertTrue(connection.next().endsStream());
            stillServes(connection, 5);
        }
    }

    @Test
    void refusesMoreStreamsThanAllowedAndGoesOn() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            int last = 2 * MAX_STREAMS - 1;
            for (int stream = 1; stream <= last; stream += 2) {
                connection.head(stream, "POST", SUMS, false);
            }
            connection.head(last + 2, "POST", SUMS, false);
            RawHttp2.Frame refusal = connection.next();
            assertEquals(RawHttp2.RST_STREAM, refusal.type());
            assertEquals(last + 2, refusal.stream());
            connection.data(last, Requests.sums(2, 3), true);
            assertEquals("200", connection.status(last));
            assertTrue(connection.next().endsStream());
            stillServes(connection, last + 4);
        }
    }

    @Test
    void refusesTooLongHeadersAndGoesOn() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            connection.head(1, "GET", "/v2", true, "big", "x".repeat(5000));
            assertEquals("431", connection.status(1));
            for (RawHttp2.Frame frame = connection.next(); frame.type() == RawHttp2.DATA; frame = connection.next()) {
                assertEquals(1, frame.stream());
            }
            stillServes(connection, 3);
        }
    }

    /** Each of two answers stops after 10 bytes; asking for the rest of the second brings it, whatever the first does. */
    @Test
    void anAnswerThatIsNotReadHoldsUpNoOther() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), 10)) {
            connection.post(1, SUMS, Requests.sums(1, 1));
            assertEquals("200", connection.status(1));
            assertEquals(10, connection.next().payload().length);
            connection.post(3, SUMS, Requests.sums(2, 2));
            assertEquals("200", connection.status(3));
            assertEquals(10, connection.next().payload().length);
            connection.allowMore(3, WINDOW);
            RawHttp2.Frame rest = connection.next();
            assertEquals(3, rest.stream());
            assertTrue(rest.endsStream());
            connection.allowMore(1, WINDOW);
            assertEquals(1, connection.next().stream());
        }
    }

    /** The second request waits behind the first, is reset there, and must never run; the third does. */
    @Test
    void aResetCancelsItsRequestAndNoOther() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            double before = run();
            connection.post(1, SLOW, Requests.slow(LONG, 1));
            Waiting.until("running", () -> run() == before + 1);
            connection.post(3, SLOW, Requests.slow(LONG, 3)).post(5, SLOW, Requests.slow(1, 5));
            connection.reset(3, RawHttp2.CANCEL);
            assertEquals("200", connection.status(1));
            assertTrue(connection.next().endsStream());
            assertEquals("200", connection.status(5));
            assertTrue(connection.next().text().contains("\"data\":[5"));
            gateway.awaitNothingInFlight();
            assertEquals(before + 2, run());
            assertEquals(1, gateway.metrics().value("sluice_requests_total", "outcome=\"cancelled\""));
        }
    }

    private static double run() {
        return gateway.metrics().value("sluice_batch_rows_count", "model=\"slow\"");
    }

    /** Before its body was there, a reset leaves nothing behind either: the budget has room for two such pieces. */
    @Test
    void aResetInTheMiddleOfABodyFreesItsBytes() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            for (int stream = 1; stream < 20; stream += 2) {
                connection.head(stream, "POST", SUMS, false).data(stream, "x".repeat(3000), false);
                connection.reset(stream, RawHttp2.CANCEL);
            }
            stillServes(connection, 21);
        }
    }

    @Test
    void aClientThatDoesNothingButResetIsSentAway() throws IOException {
        try (RawHttp2 connection = new RawHttp2(gateway.port(), WINDOW)) {
            for (int i = 0; i <= MAX_RESETS; i++) {
                connection.head(2 * i + 1, "POST", SUMS, false).reset(2 * i + 1, RawHttp2.CANCEL);
            }
            RawHttp2.Frame away = connection.next();
            assertEquals(RawHttp2.GOAWAY, away.type());
            assertEquals(RawHttp2.ENHANCE_YOUR_CALM, away.code());
            assertEquals(200, gateway.get("/v2/health/live").status());
        }
    }

    @Test
    void aServerThatDrainsSendsItsClientsElsewhereAndAnswersWhatTheyHaveSent() throws IOException {
        RunningGateway draining =
                RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "admission.drain_timeout=50s");
        try (RawHttp2 connection = new RawHttp2(draining.port(), WINDOW)) {
            connection.post(1, SLOW, Requests.slow(LONG, 7));
            Waiting.until("let in", () -> draining.metrics().value("sluice_in_flight_requests") == 1);
            Future<Void> stopped = draining.stop();
            RawHttp2.Frame away = connection.next();
            assertEquals(RawHttp2.GOAWAY, away.type());
            assertEquals(0, away.code());
            assertEquals("200", connection.status(1));
            assertTrue(connection.next().text().contains("\"data\":[7"));
            Waiting.await(stopped);
        }
    }
}
