package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that vanish at the worst moment: nothing of them stays, neither permits nor bytes nor connections. */
class GoneClientsIT {

    private static final int CLIENTS = 40;

    private static final int BODY = 1 << 20;

    private static final LargeAnswer LARGE = new LargeAnswer(BODY);
    private static final int SMALL_WINDOW = 1000;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @AfterEach
    void nothingIsLeft() throws IOException {
        Waiting.until("all connections gone", () -> gateway.metrics().value("sluice_connections") == 1);
        gateway.awaitNothingInFlight();
        assertEquals(0, gateway.metrics().value("sluice_held_body_bytes"));
        assertEquals(0, gateway.metrics().value("sluice_unsent_bytes"));
        try (RawConnection next = new RawConnection(gateway.port())) {
            assertEquals(200, LARGE.ask(next).answer().status());
        }
    }

    @Test
    void inMidHead() throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            new RawConnection(gateway.port())
                    .send("POST " + LargeAnswer.PATH + " HT")
                    .close();
        }
    }

    @Test
    void inMidBody() throws IOException {
        String head = "POST " + LargeAnswer.PATH + " HTTP/1.1\r\nhost: x\r\ncontent-length: " + BODY + "\r\n\r\n";
        for (int i = 0; i < CLIENTS; i++) {
            new RawConnection(gateway.port()).send(head + "x".repeat(BODY / 2)).close();
        }
    }

    @Test
    void inMidBodyOnHttp2() throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            try (RawHttp2 connection = new RawHttp2(gateway.port(), SMALL_WINDOW)) {
                connection.head(1, "POST", LargeAnswer.PATH, false).data(1, "x".repeat(10_000), false);
                connection.head(3, "POST", LargeAnswer.PATH, false).data(3, "x".repeat(10_000), false);
                connection.reset(3, RawHttp2.CANCEL);
            }
        }
    }

    @Test
    void whileTheirRequestRuns() throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            new RawConnection(gateway.port())
                    .post("/v2/models/slow/infer", Requests.slow(1000, i))
                    .close();
        }
    }

    @Test
    void whatTheyAskedForIsNotComputedToItsEnd() throws IOException {
        int endless = Integer.MAX_VALUE;
        for (int i = 0; i < 4; i++) {
            RawConnection connection = new RawConnection(gateway.port());
            double before = gateway.metrics().value("sluice_withdrawn_batches_total");
            connection.post("/v2/models/slow/infer", Requests.slow(endless, i, "\"timeout\":300000000"));
            Waiting.until(
                    "it runs",
                    () -> !gateway.get("/v2/models/slow/batching")
                            .json()
                            .getJsonArray("running")
                            .isEmpty());
            connection.close();
            Waiting.until("it is withdrawn", () -> gateway.metrics().value("sluice_withdrawn_batches_total") > before);
        }
        assertEquals(8, gateway.infer("slow", Requests.slow(1, 8)).data().getFloat(0));
        assertEquals(0, gateway.metrics().value("sluice_replaced_instances_total"));
    }

    @Test
    void inMidAnswer() throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            try (RawConnection connection = new RawConnection(gateway.port())) {
                LARGE.ask(connection);
                Waiting.until("an answer", () -> hasAnswer(connection));
            }
        }
    }

    private static boolean hasAnswer(RawConnection connection) {
        try {
            return connection.hasAnswer();
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    void inMidAnswerOnHttp2() throws IOException {
        for (int i = 0; i < CLIENTS; i++) {
            try (RawHttp2 connection = new RawHttp2(gateway.port(), SMALL_WINDOW)) {
                LARGE.ask(connection, 1);
                assertEquals("200", connection.status(1));
                if (i % 2 == 0) {
                    connection.reset(1, RawHttp2.CANCEL);
                    connection.head(3, "GET", "/v2/health/live", true);
                    RawHttp2.Frame next = connection.next();
                    while (next.stream() == 1) { // what the window let through before the reset
                        next = connection.next();
                    }
                    assertEquals("200", connection.headers(next).status().toString());
                }
            }
        }
    }
}
