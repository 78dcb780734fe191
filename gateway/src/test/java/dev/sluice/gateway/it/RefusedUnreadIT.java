package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a request's head says decides whether its body is asked for, over a real socket and before a real queue. */
class RefusedUnreadIT {

    private static final String SLOW = "/v2/models/slow/infer";

    /** A second of work, in which everybody else comes. */
    private static final int LONG = 40_000;

    private static final int QUEUE = 4;
    private static final int ENOUGH_TO_LEARN = 10;

    private RunningGateway gateway;
    private RawConnection connection;

    @BeforeEach
    void start() throws IOException {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "worker.instances=1",
                "worker.max_batch_rows=1",
                "worker.max_queue_requests=" + QUEUE);
        connection = new RawConnection(gateway.port());
        for (int i = 0; i < ENOUGH_TO_LEARN; i++) {
            gateway.infer("slow", Requests.slow(1, i));
        }
    }

    @AfterEach
    void stop() throws IOException {
        connection.close();
        gateway.close();
    }

    private CompletableFuture<Answer> occupyAlone() {
        CompletableFuture<Answer> sent = gateway.inferLater("slow", Requests.slow(LONG, 0));
        Waiting.until("running", () -> gateway.metrics().value("sluice_in_flight_requests") == 1);
        return sent;
    }

    /** One that runs for long, and as many as can wait for it. */
    private List<CompletableFuture<Answer>> occupy() {
        List<CompletableFuture<Answer>> sent = new ArrayList<>();
        sent.add(occupyAlone());
        for (int i = 1; i <= QUEUE; i++) {
            sent.add(gateway.inferLater("slow", Requests.slow(1, i)));
        }
        Waiting.until("waiting", () -> gateway.metrics().value("sluice_in_flight_requests") == 1 + QUEUE);
        return sent;
    }

    /** On a connection of its own, for whoever is refused may still send the body. */
    private Answer ask(String headers, String body) throws IOException {
        connection.close();
        connection = new RawConnection(gateway.port());
        return connection
                .send("POST " + SLOW + " HTTP/1.1\r\nhost: x\r\n" + headers
                        + "content-type: application/json\r\nexpect: 100-continue\r\ncontent-length: " + body.length()
                        + "\r\n\r\n")
                .answer();
    }

    @Test
    void aFullModelDoesNotAskForTheBody() throws IOException {
        String body = Requests.slow(1, 1);
        List<CompletableFuture<Answer>> before = occupy();
        Answer refused = ask("sluice-priority: 3\r\n", body);
        assertEquals(503, refused.status(), "100 would have asked for the body");
        assertTrue(refused.error(503).contains("more to do"), refused.body());
        assertTrue(Integer.parseInt(refused.header("retry-after")) >= 1);
        assertEquals(1, gateway.metrics().value("sluice_refused_unread_total"));
        before.forEach(sent -> assertEquals(200, Waiting.await(sent).status()));
        gateway.awaitNothingInFlight();
        assertEquals(100, ask("sluice-priority: 3\r\n", body).status(), "there is room again");
        assertEquals(200, connection.send(body).answer().status());
    }

    @Test
    void aHigherPriorityIsAskedForItsBodyAndGetsAPlace() throws IOException {
        String body = Requests.slow(1, 7);
        List<CompletableFuture<Answer>> before = occupy();
        assertEquals(100, ask("sluice-priority: 1\r\n", body).status());
        assertEquals(7f, connection.send(body).answer().data().getFloat(0));
        long displaced = before.stream()
                .filter(sent -> Waiting.await(sent).status() == 503)
                .count();
        assertEquals(1, displaced);
    }

    @Test
    void theTimeoutOfTheHeadHolds() throws IOException {
        CompletableFuture<Answer> before = occupyAlone();
        String body = Requests.slow(1, 1, "\"timeout\":30000000");
        assertEquals(100, ask("sluice-timeout-ms: 20\r\n", body).status());
        int status = connection.send(body).answer().status();
        assertTrue(status == 503 || status == 504, "in 20 ms, and not in 30 s: " + status);
        assertEquals(200, Waiting.await(before).status());
    }

    @Test
    void aHeadThatCannotBeUnderstoodIsTheClientsMistake() throws IOException {
        String body = Requests.slow(1, 1);
        assertSays("Sluice-Priority", ask("sluice-priority: high\r\n", body));
        String twice = "sluice-timeout-ms: 10\r\nsluice-timeout-ms: 20\r\n";
        assertSays("Sluice-Timeout-Ms", ask(twice, body));
    }

    private static void assertSays(String header, Answer refused) {
        assertEquals(400, refused.status());
        assertTrue(refused.body().contains(header), refused.body());
    }
}
