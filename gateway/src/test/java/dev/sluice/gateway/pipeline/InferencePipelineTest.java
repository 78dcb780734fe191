package dev.sluice.gateway.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.dispatch.BatcherClient;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.fake.FakeTicker;
import dev.sluice.gateway.fake.Wait;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every admitted request has one outcome, and its permit is back when the outcome is known. */
@ExtendWith(VertxExtension.class)
class InferencePipelineTest {

    private static final int MAX_IN_FLIGHT = 2;
    private static final long FAR = TimeUnit.HOURS.toNanos(1);

    private final FakeTicker ticker = new FakeTicker();
    private final AdmissionControl admission = new AdmissionControl(
            new AdmitOptions(MAX_IN_FLIGHT, 0, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(1)));

    @BeforeEach
    void setUp(Vertx vertx) {
        ReferenceCodec.register(vertx.eventBus());
    }

    private Future<InferenceOutcome> infer(Vertx vertx, long deadlineNanos) {
        BatcherClient client = new BatcherClient(vertx.eventBus(), ticker);
        return new InferencePipeline(admission, client).infer(Crossing.ENDPOINT, Crossing.request("r", deadlineNanos));
    }

    private static void serve(Vertx vertx, Handler<Message<InferenceRequest>> handler) {
        Wait.forResult(vertx.eventBus().consumer(Crossing.ADDRESS, handler).completion());
    }

    static Stream<InferenceOutcome> everyOutcome() {
        return Stream.of(
                new InferenceResponse(Crossing.MODEL, List.of(), new InferenceResponse.Timing(1, 2, 3)),
                new InferenceError.InvalidRequest("f", "r"),
                new InferenceError.UnknownModel("none"),
                new InferenceError.PayloadTooLarge(5),
                new InferenceError.Cancelled(),
                new InferenceError.EngineFailure("id"),
                new InferenceError.Overloaded("full", 1000),
                new InferenceError.ModelNotReady(Crossing.MODEL, "loading", 1000),
                new InferenceError.Draining(),
                new InferenceError.DeadlineExceeded("queue"));
    }

    @ParameterizedTest
    @MethodSource("everyOutcome")
    void releasesThePermitWithEveryOutcome(InferenceOutcome outcome, Vertx vertx) {
        AtomicInteger inFlightMeanwhile = new AtomicInteger();
        serve(vertx, message -> {
            inFlightMeanwhile.set(admission.inFlight());
            message.reply(outcome);
        });
        for (int i = 0; i < 3 * MAX_IN_FLIGHT; i++) {
            assertSame(outcome, Wait.forResult(infer(vertx, FAR)));
            assertEquals(1, inFlightMeanwhile.get());
            assertEquals(0, admission.inFlight());
        }
    }

    @Test
    void releasesThePermitWhenNobodyListens(Vertx vertx) {
        assertInstanceOf(InferenceError.ModelNotReady.class, Wait.forResult(infer(vertx, FAR)));
        assertEquals(0, admission.inFlight());
    }

    @Test
    void releasesThePermitWhenNobodyAnswers(Vertx vertx) {
        serve(vertx, message -> {});
        AtomicLong looks = new AtomicLong();
        BatcherClient late = new BatcherClient(vertx.eventBus(), looks::getAndIncrement);
        InferencePipeline pipeline = new InferencePipeline(admission, late);
        Future<InferenceOutcome> outcome = pipeline.infer(Crossing.ENDPOINT, Crossing.request("r", 1));
        assertInstanceOf(InferenceError.DeadlineExceeded.class, Wait.forResult(outcome));
        assertEquals(0, admission.inFlight());
    }

    @Test
    void releasesThePermitWhenTheDeadlineHasPassed(Vertx vertx) {
        assertEquals(new InferenceError.DeadlineExceeded("dispatch"), Wait.forResult(infer(vertx, 0)));
        assertEquals(0, admission.inFlight());
    }

    @Test
    void refusesBeyondTheLimitWithoutAskingTheBatcher(Vertx vertx) {
        List<Message<InferenceRequest>> arrived = new ArrayList<>();
        InferenceOutcome outcome = new InferenceError.EngineFailure("x");
        Context loop = vertx.getOrCreateContext();
        Future<Void> listening = Future.future(done -> loop.runOnContext(start -> vertx.eventBus()
                .consumer(Crossing.ADDRESS, (Message<InferenceRequest> message) -> arrived.add(message))
                .completion()
                .onComplete(done)));
        Wait.forResult(listening);
        List<Future<InferenceOutcome>> admitted = List.of(infer(vertx, FAR), infer(vertx, FAR));
        assertInstanceOf(InferenceError.Overloaded.class, Wait.forResult(infer(vertx, FAR)));
        assertEquals(MAX_IN_FLIGHT, admission.inFlight());
        admission.drain(() -> {});
        assertInstanceOf(InferenceError.Draining.class, Wait.forResult(infer(vertx, FAR)));
        loop.runOnContext(go -> arrived.forEach(message -> message.reply(outcome)));
        admitted.forEach(future -> assertSame(outcome, Wait.forResult(future)));
        assertEquals(MAX_IN_FLIGHT, arrived.size());
        assertEquals(0, admission.inFlight());
    }
}
