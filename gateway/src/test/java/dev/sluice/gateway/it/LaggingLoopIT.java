package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A front loop that has more to do than it can: here its access log takes long for each line. */
class LaggingLoopIT {

    private static final String SUMS = "/v2/models/sums/infer";
    private static final long LONG_NANOS = 25_000_000;
    private static final int CLIENTS = 12;
    private static final int ROUNDS = 3;
    private static final int MOST_ROUNDS = 100;
    private static final String PAUSES = "sluice_connection_pauses_total";

    private final SlowLog log = new SlowLog();
    private final List<RawConnection> connections = new ArrayList<>();
    private RunningGateway gateway;

    @BeforeEach
    void start() {
        Logger access = (Logger) LoggerFactory.getLogger("sluice.access");
        access.setLevel(Level.INFO);
        access.setAdditive(false);
        log.setContext(access.getLoggerContext());
        log.start();
        access.addAppender(log);
        gateway = RunningGateway.start(Places.TEST_MODELS, "http.front_loops=1", "http.access_log=true");
    }

    @AfterEach
    void stop() throws IOException {
        Logger access = (Logger) LoggerFactory.getLogger("sluice.access");
        access.detachAppender(log);
        access.setLevel(null);
        for (RawConnection connection : connections) {
            connection.close();
        }
        gateway.close();
    }

    private RawConnection connect() throws IOException {
        RawConnection connection = new RawConnection(gateway.port());
        connections.add(connection);
        return connection;
    }

    private static Answer live(RawConnection connection) throws IOException {
        return connection
                .send("GET /v2/health/live HTTP/1.1\r\nhost: x\r\n\r\n")
                .answer();
    }

    /** One that the loop has read already, so that it does so again as soon as something comes. */
    private RawConnection served() throws IOException {
        RawConnection connection = connect();
        assertEquals(200, live(connection).status());
        return connection;
    }

    private double metric(String name) {
        return gateway.metrics().value(name);
    }

    /** The loop is held up in the line of one request until the other has come, which is answered in the next turn. */
    @Test
    void pausesAConnectionThatIsAnsweredBehindALongTurnAndReadsItAgain() throws IOException {
        RawConnection other = served();
        RawConnection paused = served();
        Hold first = log.hold();
        other.post(SUMS, "{");
        first.awaitReached();
        paused.post(SUMS, "{");
        first.release.countDown();
        paused.answer().error(400);
        assertEquals(5, paused.post(SUMS, Requests.sums(2, 3)).answer().data().getInteger(0));
        assertTrue(metric("sluice_connection_pauses_total") >= 1, "it was not paused");
        assertTrue(metric("sluice_loop_lag_seconds") >= LONG_NANOS / 1e9, "the loop did not lag");
        Waiting.until("everybody is read", () -> metric("sluice_paused_connections") == 0);
    }

    @Test
    void everybodyIsServedWhileItLags() throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            connect();
        }
        RawConnection probe = new RawConnection(gateway.port());
        // whether the turn before an answer was a long one is chance: what was read in it, and what was logged
        for (int round = 0; round < ROUNDS || (round < MOST_ROUNDS && metric(PAUSES) == 0); round++) {
            for (int i = 0; i < CLIENTS; i++) {
                connections.get(i).post(SUMS, Requests.sums(i, round));
            }
            assertEquals(200, live(probe).status(), "on a connection that was there before");
            try (RawConnection fresh = new RawConnection(gateway.port())) {
                assertEquals(200, live(fresh).status(), "on a new one");
            }
            for (int i = 0; i < CLIENTS; i++) {
                assertEquals(i + round, connections.get(i).answer().data().getInteger(0));
            }
        }
        probe.close();
        Waiting.until("everybody is read", () -> metric("sluice_paused_connections") == 0);
        gateway.awaitNothingInFlight();
    }

    @Test
    void pausesStreamsAndReadsThemAgain() throws IOException {
        try (RawStream stream = RawStream.open(gateway.port(), "/v2/models/sums/stream")) {
            for (int round = 0; round < ROUNDS || (round < MOST_ROUNDS && metric(PAUSES) == 0); round++) {
                for (int i = 0; i < CLIENTS; i++) {
                    stream.text("{"); // answered in the turn in which it is read
                }
                for (int i = 0; i < CLIENTS; i++) {
                    assertTrue(stream.next().json().containsKey("error"));
                }
            }
            assertTrue(metric(PAUSES) > 0, "it was not paused");
            Waiting.until("it is read", () -> metric("sluice_paused_connections") == 0);
            assertTrue(stream.text(Requests.sums(1, 2)).next().json().containsKey("outputs"));
        }
    }

    /**
     * The loop is held up in the line of one request until the next one has come, and in the line of that, whose
     * connection is paused by then, until the drain has begun and more has come.
     */
    @Test
    void answersWhatWaitsOnAPausedConnectionWhenItDrains() throws IOException {
        RawConnection other = served();
        RawConnection paused = served();
        Hold first = log.hold();
        Hold second = log.hold();
        other.post(SUMS, "{");
        first.awaitReached();
        paused.post(SUMS, "{");
        first.release.countDown();
        second.awaitReached();
        Future<Void> stopped = gateway.stop();
        Waiting.until("the port is closed", this::isPortClosed);
        paused.post(SUMS, "[");
        second.release.countDown();
        paused.answer().error(400);
        assertEquals("close", paused.answer().header("connection"));
        Waiting.await(stopped);
    }

    /** Both are read in one turn, and the first one takes longer than the second one can wait. */
    @Test
    void whatHasWaitedTooLongForTheLoopIsRefusedUnread() throws IOException {
        String body = Requests.sums(1, 2);
        String head = "POST " + SUMS + " HTTP/1.1\r\nhost: x\r\ncontent-length: ";
        RawConnection connection = connect();
        connection.send(head + "1\r\n\r\n{" + head + body.length() + "\r\nsluice-timeout-ms: 1\r\n\r\n" + body);
        connection.answer().error(400);
        String late = connection.answer().error(504);
        assertTrue(late.contains("socket"), late);
        assertEquals(200, connection.post(SUMS, body).answer().status());
    }

    private boolean isPortClosed() {
        try {
            connect();
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    /** Keeps the loop in the line of one request. */
    private record Hold(CountDownLatch reached, CountDownLatch release) {

        void awaitReached() {
            await(reached);
        }

        static void await(CountDownLatch latch) {
            try {
                assertTrue(latch.await(Waiting.PATIENCE.toSeconds(), TimeUnit.SECONDS));
            } catch (InterruptedException stop) {
                throw new AssertionError(stop);
            }
        }
    }

    /** Takes its time over each line. */
    private static final class SlowLog extends AppenderBase<ILoggingEvent> {

        private final Queue<Hold> holds = new ConcurrentLinkedQueue<>();

        Hold hold() {
            Hold hold = new Hold(new CountDownLatch(1), new CountDownLatch(1));
            holds.add(hold);
            return hold;
        }

        @Override
        protected void append(ILoggingEvent line) {
            Hold hold = holds.poll();
            if (hold != null) {
                hold.reached.countDown();
                Hold.await(hold.release);
            }
            long end = System.nanoTime() + LONG_NANOS;
            while (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
        }
    }
}
