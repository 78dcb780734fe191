package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Who is served first, and who gives way. All requests go over one HTTP/2 connection, so that the answers come in the
 * order in which the requests were served.
 */
class FairnessIT {

    private static final String SLOW = "/v2/models/slow/infer";
    private static final int WINDOW = 1 << 16;

    /** A second of work, in which everybody else comes. */
    private static final int LONG = 40_000;

    private RunningGateway gateway;
    private RawHttp2 connection;
    private final Map<Integer, String> names = new HashMap<>();
    private final Map<String, String> answers = new HashMap<>();
    private final List<String> order = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "worker.instances=1",
                "worker.max_batch_rows=1",
                "worker.max_queue_requests=8",
                "admission.client_header=X-Client");
        connection = new RawHttp2(gateway.port(), WINDOW);
    }

    @AfterEach
    void stop() throws IOException {
        connection.close();
        gateway.close();
    }

    private void occupy() throws IOException {
        send("x1", Requests.slow(LONG, 1));
        Waiting.until("running", () -> gateway.metrics().value("sluice_batch_rows_count", "model=\"slow\"") == 1);
    }

    /** The first letter of a name is the client. */
    private void send(String name, String body) throws IOException {
        int stream = 1 + 2 * names.size();
        names.put(stream, name);
        connection
                .head(stream, "POST", SLOW, false, "content-type", "application/json", "x-client", name.substring(0, 1))
                .data(stream, body, true);
    }

    private void send(String name) throws IOException {
        send(name, Requests.slow(1, 1));
    }

    private void send(String name, int priority) throws IOException {
        send(name, Requests.slow(1, 1, "\"priority\":" + priority));
    }

    private void readAnswers() throws IOException {
        while (order.size() < names.size()) {
            RawHttp2.Frame frame = connection.next();
            assertTrue(frame.type() <= RawHttp2.HEADERS, "unexpected: " + frame);
            String name = names.get(frame.stream());
            if (frame.type() == RawHttp2.DATA) {
                answers.merge(name, frame.text(), String::concat);
            }
            if (frame.endsStream()) {
                order.add(name);
            }
        }
    }

    private void assertAnswered(String... names) {
        for (String name : names) {
            assertSays(name, "\"outputs\"");
        }
    }

    private void assertSays(String name, String words) {
        String answer = answers.getOrDefault(name, "");
        assertTrue(answer.contains(words), name + ": " + answer);
    }

    @Test
    void theHigherPriorityOvertakes() throws IOException {
        occupy();
        send("a default");
        send("b default again", 0);
        send("c lowest", 9);
        send("d highest", 1);
        send("e high", 2);
        send("f third", 3);
        readAnswers();
        assertEquals(
                List.of("x1", "d highest", "e high", "a default", "b default again", "f third", "c lowest"), order);
        assertAnswered(order.toArray(String[]::new));
    }

    @Test
    void aFloodDoesNotHoldUpAnotherClient() throws IOException {
        occupy();
        for (int i = 1; i <= 6; i++) {
            send("a" + i);
        }
        send("b1");
        send("b2");
        readAnswers();
        assertTrue(order.indexOf("b1") < order.indexOf("a3"), order.toString());
        assertTrue(order.indexOf("b2") < order.indexOf("a4"), order.toString());
        assertAnswered(order.toArray(String[]::new));
    }

    @Test
    void whoFloodsGivesWayWhenTheQueueIsFull() throws IOException {
        occupy();
        for (int i = 1; i <= 9; i++) {
            send("a" + i);
        }
        send("b1");
        send("b2");
        readAnswers();
        assertSays("a9", "is full (8 requests)");
        assertSays("a8", "the place went to");
        assertSays("a7", "the place went to");
        assertEquals(List.of("a9", "a8", "a7", "x1"), order.subList(0, 4));
        assertAnswered("x1", "b1", "b2", "a1", "a2", "a3", "a4", "a5", "a6");
    }

    @Test
    void withoutTheHeaderAllOfOneAddressAreOneClient() throws IOException {
        try (RunningGateway plain =
                        RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "worker.max_queue_requests=2");
                RawHttp2 other = new RawHttp2(plain.port(), WINDOW)) {
            other.post(1, SLOW, Requests.slow(LONG, 1));
            Waiting.until("running", () -> plain.metrics().value("sluice_batch_rows_count", "model=\"slow\"") == 1);
            other.post(3, SLOW, Requests.slow(1, 1)).post(5, SLOW, Requests.slow(1, 1));
            other.head(7, "POST", SLOW, false, "x-client", "somebody else").data(7, Requests.slow(1, 1), true);
            assertEquals("503", other.status(7));
        }
    }
}
