package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is held of requests, bodies and tensors, has one bound, and all of it comes back. */
class HeldBytesIT {

    private static final int BUDGET = 8 << 10;

    /** A second of work. */
    private static final int LONG = 40_000;

    /** Two tensors of a few bytes, in the smallest buffers that there are. */
    private static final int TENSORS = 2 * 256;

    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS, "worker.instances=1", "admission.max_in_flight_bytes=" + BUDGET);
    }

    @AfterEach
    void everythingComesBack() {
        gateway.awaitNothingInFlight();
        gateway.close();
    }

    private double held() {
        return gateway.metrics().value("sluice_held_body_bytes");
    }

    private static String padded(int bytes) {
        String body = Requests.slow(1, 1);
        return body + " ".repeat(bytes - body.length());
    }

    private static String echo(int elements) {
        String data = String.join(",", Collections.nCopies(elements, "1"));
        return Requests.inputs(Requests.tensor("x", "FP32", "[1," + elements + "]", "[" + data + "]"));
    }

    private CompletableFuture<Answer> occupy(String body) {
        CompletableFuture<Answer> running = gateway.inferLater("slow", body);
        Waiting.until("in flight", () -> gateway.metrics().value("sluice_in_flight_requests") == 1);
        return running;
    }

    @Test
    void bodyAndTensorsOfWhatRunsAreCounted() {
        String body = Requests.slow(LONG, 7);
        CompletableFuture<Answer> running = occupy(body);
        assertEquals(body.length() + TENSORS, held());
        assertEquals(200, Waiting.await(running).status());
    }

    @Test
    void aRequestWhoseBodyFitsAndWhoseTensorsDoNotIsRefusedForNow() {
        String first = Requests.slow(LONG, 7);
        CompletableFuture<Answer> running = occupy(first);
        Answer refused = gateway.infer("slow", padded(BUDGET - first.length() - TENSORS - TENSORS / 2));
        assertTrue(refused.error(503).contains("bytes of requests"), refused.body());
        assertEquals(first.length() + TENSORS, held());
        assertEquals(200, Waiting.await(running).status());
        assertEquals(200, gateway.infer("slow", Requests.slow(1, 1)).status());
    }

    @Test
    void aTensorThatNeverFitsIsTooLarge() {
        gateway.infer("echo", echo(BUDGET / 4 + 1)).error(413);
    }

    /** Its tensor would fit an empty server, and its body as well, but not both. */
    @Test
    void aRequestThatNeverFitsIsTooLarge() {
        String body = echo(BUDGET / Float.BYTES - BUDGET / 16);
        assertTrue(body.length() < BUDGET, "the body is too large already");
        gateway.infer("echo", body).error(413);
        assertEquals(200, gateway.infer("echo", echo(1)).status());
    }

    @Test
    void whatFailsWhileItIsReadIsNotHeld() {
        String body = Requests.inputs(
                Requests.tensor("x", "FP32", "[1]", "[1]"), Requests.tensor("steps", "INT64", "[1]", "[true]"));
        gateway.infer("slow", body).error(400);
        assertEquals(0, held());
    }

    @Test
    void whatIsLateIsNotHeld() {
        gateway.infer("slow", Requests.slow(LONG, 7, "\"timeout\":20000")).error(504);
    }
}
