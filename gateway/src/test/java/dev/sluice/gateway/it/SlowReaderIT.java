package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Future;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;

/** Answers that their clients do not take: how long they are kept, and how many. */
class SlowReaderIT {

    /** More than the buffers of both ends of a connection take. */
    private static final LargeAnswer LARGE = new LargeAnswer(32 << 20);

    /** What an HTTP/2 client does not want to have at once; it fits one frame as a request. */
    private static final LargeAnswer MEDIUM = new LargeAnswer(1 << 20);

    private static final int SMALL_WINDOW = 1000;

    private static RunningGateway start(String... settings) {
        return RunningGateway.start(Places.TEST_MODELS, settings);
    }

    /** A connection whose end takes little that is not read. */
    private static RawConnection smallConnection(RunningGateway gateway) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1 << 16);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.port()));
        return new RawConnection(socket);
    }

    private static void nothingIsLeft(RunningGateway gateway) {
        gateway.awaitNothingInFlight();
        Waiting.until("nothing unsent", () -> unsent(gateway) <= 0);
        assertEquals(0, unsent(gateway));
    }

    private static double unsent(RunningGateway gateway) {
        return gateway.metrics().value("sluice_unsent_bytes");
    }

    private static double givenUp(RunningGateway gateway) {
        return gateway.metrics().value("sluice_slow_clients_total", "reason=\"answer\"");
    }

    @Test
    void losesItsConnection() throws IOException {
        try (RunningGateway gateway = start("http.write_timeout=200ms");
                RawConnection connection = smallConnection(gateway)) {
            LARGE.ask(connection);
            Waiting.until("given up", () -> givenUp(gateway) >= 1);
            assertEquals(1, givenUp(gateway));
            nothingIsLeft(gateway);
            assertThrows(IOException.class, connection::answer);
        }
    }

    @Test
    void getsAllOfItIfItComesInTime() throws IOException {
        try (RunningGateway gateway = start();
                RawConnection connection = smallConnection(gateway)) {
            LARGE.ask(connection);
            Waiting.until("too much for the socket", () -> unsent(gateway) > 32 << 20);
            assertTrue(LARGE.is(connection.answer()));
            nothingIsLeft(gateway);
            assertTrue(MEDIUM.is(MEDIUM.ask(connection).answer()));
            assertEquals(0, givenUp(gateway));
        }
    }

    /** What has been handed on is not cut off by the end of the process either. */
    @Test
    void getsAllOfItAlthoughTheServerDrains() throws IOException {
        try (RunningGateway gateway = start();
                RawConnection connection = smallConnection(gateway)) {
            LARGE.ask(connection);
            Waiting.until("too much for the socket", () -> unsent(gateway) > 32 << 20);
            Future<Void> stopped = gateway.stop();
            assertTrue(LARGE.is(connection.answer()));
            assertThrows(EOFException.class, connection::answer);
            Waiting.await(stopped);
        }
    }

    @Test
    void losesOnlyItsStreamOnHttp2() throws IOException {
        try (RunningGateway gateway = start("http.write_timeout=200ms");
                RawHttp2 connection = new RawHttp2(gateway.port(), SMALL_WINDOW)) {
            MEDIUM.ask(connection, 1);
            assertEquals("200", connection.status(1));
            assertEquals(SMALL_WINDOW, connection.next().payload().length);
            RawHttp2.Frame reset = connection.next();
            assertEquals(RawHttp2.RST_STREAM, reset.type());
            assertEquals(RawHttp2.CANCEL, reset.code());
            assertEquals(1, givenUp(gateway));
            nothingIsLeft(gateway);
            connection.head(3, "GET", "/v2/health/live", true);
            assertEquals("200", connection.status(3));
        }
    }

    @Test
    void getsNoMoreOnHttp2UntilItHasTakenSome() throws IOException {
        try (RunningGateway gateway = start("http.max_unsent_size=64KiB");
                RawHttp2 connection = new RawHttp2(gateway.port(), SMALL_WINDOW)) {
            MEDIUM.ask(connection, 1);
            assertEquals("200", connection.status(1));
            assertEquals(SMALL_WINDOW, connection.next().payload().length);
            connection.head(3, "GET", "/v2/health/live", true);
            RawHttp2.Frame refusal = connection.next();
            assertEquals(RawHttp2.RST_STREAM, refusal.type());
            assertEquals(3, refusal.stream());
            assertEquals(RawHttp2.REFUSED_STREAM, refusal.code());

            takeTheRest(connection, 1);
            connection.head(5, "GET", "/v2/health/live", true);
            assertEquals("200", connection.status(5));
            assertTrue(connection.next().endsStream());
            nothingIsLeft(gateway);
        }
    }

    private static void takeTheRest(RawHttp2 connection, int stream) throws IOException {
        connection.allowMore(stream, 2 << 20).allowMore(0, 2 << 20);
        while (!connection.next().endsStream()) {
            // another piece
        }
    }

    /** It has used up its own window, and the connection's has room for many more. */
    @Test
    void holdsUpNoOtherStreamOfItsConnection() throws IOException {
        try (RunningGateway gateway = start();
                RawHttp2 connection = new RawHttp2(gateway.port(), SMALL_WINDOW)) {
            MEDIUM.ask(connection, 1);
            assertEquals("200", connection.status(1));
            assertEquals(SMALL_WINDOW, connection.next().payload().length);
            for (int stream = 3; stream < 23; stream += 2) {
                connection.post(stream, "/v2/models/sums/infer", Requests.sums(stream, 1));
                assertEquals("200", connection.status(stream));
                RawHttp2.Frame answer = connection.next();
                assertTrue(answer.endsStream() && answer.text().contains("[" + (stream + 1)), answer::text);
            }
            takeTheRest(connection, 1);
            nothingIsLeft(gateway);
        }
    }

    /** Nobody waits for ever for the one who lives on a byte at a time. */
    @Test
    void isNoBetterWhoTakesAByteNowAndThen() throws IOException {
        try (RunningGateway gateway = start("http.write_timeout=200ms");
                RawHttp2 connection = new RawHttp2(gateway.port(), SMALL_WINDOW)) {
            MEDIUM.ask(connection, 1);
            assertEquals("200", connection.status(1));
            RawHttp2.Frame frame = connection.next();
            while (frame.type() == RawHttp2.DATA) {
                connection.allowMore(1, 1);
                frame = connection.next();
            }
            assertEquals(RawHttp2.CANCEL, frame.code());
            nothingIsLeft(gateway);
        }
    }

    /** It hears the head of its answer all the same, for that may be why it asks for more. */
    @Test
    void hearsTheHeadWithoutAnyWindow() throws IOException {
        try (RunningGateway gateway = start();
                RawHttp2 connection = new RawHttp2(gateway.port(), 0)) {
            connection.post(1, "/v2/models/sums/infer", Requests.sums(2, 3));
            assertEquals("200", connection.status(1));
            connection.allowMore(1, 1);
            assertEquals("{", connection.next().text());
            connection.allowMore(1, 1 << 20);
            assertTrue(connection.next().endsStream());
            nothingIsLeft(gateway);
        }
    }

    /** What has no place in a window when the client gives up is let go with its stream. */
    @Test
    void leavesNothingBehindWhenItGivesUp() throws IOException {
        try (RunningGateway gateway = start();
                RawHttp2 connection = new RawHttp2(gateway.port(), SMALL_WINDOW)) {
            MEDIUM.ask(connection, 1);
            assertEquals("200", connection.status(1));
            Waiting.until("it waits", () -> unsent(gateway) >= 1 << 20);
            connection.reset(1, RawHttp2.CANCEL);
            nothingIsLeft(gateway);
        }
    }

    /** Both were begun before anything was left untaken: the second has been run, and its answer is not kept. */
    @Test
    void getsARefusalForWhatWasUnderWayAlready() throws IOException {
        try (RunningGateway gateway = start("http.max_unsent_size=64KiB");
                RawHttp2 connection = new RawHttp2(gateway.port(), SMALL_WINDOW)) {
            MEDIUM.begin(connection, 1);
            MEDIUM.begin(connection, 3);
            MEDIUM.finish(connection, 1);
            assertEquals("200", connection.status(1));
            assertEquals(SMALL_WINDOW, connection.next().payload().length);
            MEDIUM.finish(connection, 3);
            assertEquals("503", connection.status(3));
            RawHttp2.Frame refusal = connection.next();
            assertEquals(3, refusal.stream());
            assertTrue(refusal.text().contains("has not taken"), refusal::text);
            assertTrue(unsent(gateway) < 2 << 20);
            takeTheRest(connection, 1);
            nothingIsLeft(gateway);
        }
    }
}
