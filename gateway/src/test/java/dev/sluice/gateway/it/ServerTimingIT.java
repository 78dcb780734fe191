package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A client that asks is told where the time of its request went; others are not. */
class ServerTimingIT {

    private static final Pattern TIMING = Pattern.compile(
            "queue;dur=(\\d+\\.\\d{3}), batch;dur=(\\d+\\.\\d{3});desc=\"(\\d+) rows\", infer;dur=(\\d+\\.\\d{3})");

    /** Long enough for the next request to wait for it, on any machine. */
    private static final int STEPS = 50_000;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "worker.instances=1", "admission.request_timeout=60s");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static CompletableFuture<Answer> ask(String model, String body) {
        return gateway.send(gateway.request("/v2/models/" + model + "/infer")
                .header("content-type", "application/json")
                .header("Sluice-Timing", "1")
                .POST(BodyPublishers.ofString(body))
                .build());
    }

    private static Matcher timing(Answer answer) {
        String header = answer.header("server-timing");
        assertNotNull(header, answer.body());
        Matcher timing = TIMING.matcher(header);
        assertTrue(timing.matches(), header);
        return timing;
    }

    @Test
    void saysHowLongARequestWaitedAndRan() {
        CompletableFuture<Answer> ahead = ask("slow", Requests.slow(STEPS, 1));
        Waiting.until("runs", () -> gateway.metrics().value("sluice_in_flight_requests") == 1);
        Answer behind = Waiting.await(ask("slow", Requests.slow(1, 2)));
        Matcher first = timing(Waiting.await(ahead));
        assertTrue(Double.parseDouble(first.group(4)) > 0, first.group());
        assertTrue(
                Double.parseDouble(timing(behind).group(1)) > 0, "it did not wait: " + behind.header("server-timing"));
        assertEquals("1", first.group(3));
    }

    @Test
    void whoDoesNotAskIsNotTold() {
        Answer answer = gateway.infer("sums", Requests.sums(1, 2));
        assertEquals(200, answer.status());
        assertNull(answer.header("server-timing"));
    }

    @Test
    void aRefusalHasNoTiming() {
        Answer refused = Waiting.await(ask("sums", "{}"));
        assertEquals(400, refused.status());
        assertNull(refused.header("server-timing"));
    }
}
