package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slowloris: a head that does not come whole in time ends its connection, however busy the client looks. */
class SlowHeadIT {

    private static final String LIVE = "GET /v2/health/live HTTP/1.1\r\nhost: x\r\n";

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "http.header_timeout=200ms", "http.front_loops=1");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static double givenUp() {
        return gateway.metrics().value("sluice_slow_clients_total", "reason=\"head\"");
    }

    /** Begins a head and waits until it is given up, so that everything that began before would have been as well. */
    private static void waitForALateOne() throws IOException {
        try (RawConnection late = new RawConnection(gateway.port())) {
            isRefused(late.send(LIVE));
        }
    }

    private static void isRefused(RawConnection connection) throws IOException {
        Answer refusal = connection.answer();
        assertTrue(refusal.error(408).contains("head"), refusal.body());
        assertEquals("close", refusal.header("connection"));
        assertTrue(connection.isClosedByServer());
    }

    /** The first two are too short to tell HTTP/1.1 from HTTP/2. */
    @ParameterizedTest
    @ValueSource(strings = {"P", "PRI * HTT", "\r\n", "GET", "GET / HTTP/1.1\r", LIVE, LIVE + "a: b\r\n"})
    void isRefusedAndTheConnectionEnds(String begun) throws IOException {
        double before = givenUp();
        try (RawConnection connection = new RawConnection(gateway.port())) {
            isRefused(connection.send(begun));
        }
        assertEquals(before + 1, givenUp());
    }

    @Test
    void isRefusedBehindARequestThatWasAnswered() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send(LIVE + "\r\n" + LIVE);
            assertEquals(200, connection.answer().status());
            isRefused(connection);
        }
    }

    /** No pause of it is long; all of it together is. */
    @Test
    void isRefusedEvenIfItGoesOnByteByByte() throws IOException {
        double before = givenUp();
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.send(LIVE + "padding: ");
            Waiting.until("given up", () -> {
                try {
                    connection.send("x");
                    gateway.get("/v2/health/live"); // takes a little time
                    return connection.hasAnswer();
                } catch (IOException closed) {
                    return true;
                }
            });
            assertEquals(before + 1, givenUp());
        }
    }

    /** While a request runs we do not read, so that the head behind it cannot come. */
    @Test
    void isNotLateBeforeTheRequestInFrontOfItHasBeenAnswered() throws IOException {
        try (RawConnection connection = new RawConnection(gateway.port())) {
            connection.post("/v2/models/slow/infer", Requests.slow(40_000, 7)); // about a second
            connection.send(LIVE);
            assertEquals(7f, connection.answer().data().getFloat(0));
            isRefused(connection);
        }
    }

    /** It holds no more than one that has never asked for anything: {@code idle_timeout} is for both. */
    @Test
    void aConnectionWithoutARequestIsOnlyIdle() throws IOException {
        try (RawConnection silent = new RawConnection(gateway.port());
                RawConnection served = new RawConnection(gateway.port())) {
            assertEquals(200, served.send(LIVE + "\r\n").answer().status());
            waitForALateOne();
            assertFalse(silent.hasAnswer());
            assertEquals(200, silent.send(LIVE + "\r\n").answer().status());
            assertEquals(200, served.send(LIVE + "\r\n").answer().status());
        }
    }

    @Test
    void aBodyHasATimeOfItsOwn() throws IOException {
        try (RawConnection slowBody = new RawConnection(gateway.port())) {
            String body = Requests.sums(1, 2);
            slowBody.send("POST /v2/models/sums/infer HTTP/1.1\r\nhost: x\r\ncontent-length: " + body.length()
                    + "\r\n\r\n" + body.charAt(0));
            waitForALateOne();
            assertEquals(3, slowBody.send(body.substring(1)).answer().data().getInteger(0));
        }
    }
}
