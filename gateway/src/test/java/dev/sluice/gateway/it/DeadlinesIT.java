package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A request that is too late gets 504 at once, is never run, and leaves nothing behind. */
class DeadlinesIT {

    /** Half a second of work: long against the timeouts below, short against a person's patience. */
    private static final int LONG = 20_000;

    private static final String ONE_MICROSECOND = "\"timeout\":1";
    private static final String TWENTY_MILLISECONDS = "\"timeout\":20000";

    private static RunningGateway start(String... settings) {
        String[] all = new String[settings.length + 1];
        System.arraycopy(settings, 0, all, 1, settings.length);
        all[0] = "worker.instances=1";
        return RunningGateway.start(Places.TEST_MODELS, all);
    }

    private static CompletableFuture<Answer> occupy(RunningGateway gateway) {
        CompletableFuture<Answer> running = gateway.inferLater("slow", Requests.slow(LONG, 7));
        Waiting.until("running", () -> gateway.metrics().value("sluice_batch_rows_count", "model=\"slow\"") == 1);
        return running;
    }

    @Test
    void refusesWhatIsTooLateFromTheStart() {
        try (RunningGateway gateway = start()) {
            Answer late = gateway.infer("slow", Requests.slow(1, 7, ONE_MICROSECOND));
            assertTrue(late.error(504).contains("the deadline passed"), late.body());
            gateway.awaitNothingInFlight();
            assertEquals(7f, gateway.infer("slow", Requests.slow(1, 7)).data().getFloat(0));
            assertEquals(1, gateway.metrics().value("sluice_batch_rows_count", "model=\"slow\""), "only one was run");
        }
    }

    @Test
    void givesUpWaitingForARunThatTakesTooLong() {
        try (RunningGateway gateway = start()) {
            Answer late = gateway.infer("slow", Requests.slow(LONG, 7, TWENTY_MILLISECONDS));
            assertTrue(late.error(504).contains("the deadline passed"), late.body());
            gateway.awaitNothingInFlight();
            assertEquals(8f, gateway.infer("slow", Requests.slow(1, 8)).data().getFloat(0));
        }
    }

    @Test
    void neverRunsWhatExpiredInTheQueue() {
        try (RunningGateway gateway = start()) {
            CompletableFuture<Answer> running = occupy(gateway);
            List<CompletableFuture<Answer>> waiting = IntStream.range(0, 50)
                    .mapToObj(i -> gateway.inferLater("slow", Requests.slow(LONG, i, TWENTY_MILLISECONDS)))
                    .toList();
            waiting.forEach(late -> Waiting.await(late).error(504));
            assertEquals(7f, Waiting.await(running).data().getFloat(0));
            assertEquals(9f, gateway.infer("slow", Requests.slow(1, 9)).data().getFloat(0));
            assertEquals(2, gateway.metrics().value("sluice_batch_rows_count", "model=\"slow\""), "the late ones ran");
            assertEquals(50, gateway.metrics().value("sluice_requests_total", "outcome=\"deadline_exceeded\""));
            gateway.awaitNothingInFlight();
        }
    }

    @Test
    void takesTheConfiguredDeadlineForRequestsThatNameNone() {
        try (RunningGateway gateway = start("admission.request_timeout=20ms")) {
            gateway.infer("slow", Requests.slow(LONG, 7)).error(504);
        }
    }

    @Test
    void shortensDeadlinesThatAreTooLong() {
        try (RunningGateway gateway = start("admission.max_request_timeout=20ms")) {
            gateway.infer("slow", Requests.slow(LONG, 7, "\"timeout\":60000000"))
                    .error(504);
        }
    }
}
