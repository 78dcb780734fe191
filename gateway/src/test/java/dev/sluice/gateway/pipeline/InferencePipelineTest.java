package dev.sluice.gateway.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.fake.FakeTicker;
import dev.sluice.gateway.fake.Limits;
import dev.sluice.gateway.fake.Wait;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.RequestGroup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final AdmissionControl admission = Limits.unlimited(new AdmitOptions(
            MAX_IN_FLIGHT, 0, "none", Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO));

    private Context loop;
    private InferencePipeline pipeline;

    @BeforeEach
    void setUp(Vertx vertx) {
        ReferenceCodec.register(vertx.eventBus());
        loop = vertx.getOrCreateContext();
        pipeline = Crossing.resultOnLoop(loop, () -> InferencePipeline.open(vertx, admission, ticker));
    }

    private Future<InferenceOutcome> infer(long deadlineNanos) {
        return Crossing.onLoop(loop, () -> pipeline.infer(Crossing.ENDPOINT, Crossing.request("r", deadlineNanos)));
    }

    static Stream<InferenceOutcome> everyOutcome() {
        return Stream.of(
                new InferenceResponse(Crossing.MODEL, List.of(), new InferenceResponse.Timing(1, 2, 3, 4, 0)),
                new InferenceError.InvalidRequest("f", "r"),
                new InferenceError.UnknownModel("none"),
                new InferenceError.PayloadTooLarge(5, ""),
                new InferenceError.Cancelled(),
                new InferenceError.EngineFailure("id"),
                new InferenceError.Overloaded("full", 1000),
                new InferenceError.Throttled("used up", "rows", 1000),
                new InferenceError.ModelNotReady(Crossing.MODEL, "loading", 1000),
                new InferenceError.Draining(),
                new InferenceError.DeadlineExceeded("queue"));
    }

    @ParameterizedTest
    @MethodSource("everyOutcome")
    void releasesThePermitWithEveryOutcome(InferenceOutcome outcome, Vertx vertx) {
        AtomicInteger inFlightMeanwhile = new AtomicInteger();
        Crossing.answer(vertx, request -> {
            inFlightMeanwhile.set(admission.inFlight());
            return outcome;
        });
        for (int i = 0; i < 3 * MAX_IN_FLIGHT; i++) {
            assertSame(outcome, Wait.forResult(infer(FAR)));
            assertEquals(1, inFlightMeanwhile.get());
            assertEquals(0, admission.inFlight());
        }
    }

    @Test
    void releasesThePermitWhenNobodyListens() {
        assertInstanceOf(InferenceError.ModelNotReady.class, Wait.forResult(infer(FAR)));
        assertEquals(0, admission.inFlight());
    }

    @Test
    void releasesThePermitWhenNobodyAnswers(Vertx vertx) {
        Promise<RequestGroup> arrived = Promise.promise();
        Crossing.serve(vertx, Crossing.ADDRESS, arrived::tryComplete);
        Future<InferenceOutcome> outcome = infer(1);
        Wait.forResult(arrived.future());
        assertEquals(1, admission.inFlight());
        ticker.set(FAR);
        assertInstanceOf(InferenceError.DeadlineExceeded.class, Wait.forResult(outcome));
        assertEquals(0, admission.inFlight());
    }

    @Test
    void releasesThePermitWhenTheDeadlineHasPassed() {
        assertEquals(new InferenceError.DeadlineExceeded("dispatch"), Wait.forResult(infer(0)));
        assertEquals(0, admission.inFlight());
    }

    @Test
    void refusesBeyondTheLimitWithoutAskingTheBatcher(Vertx vertx) {
        List<RequestGroup> arrived = new CopyOnWriteArrayList<>();
        Promise<Void> allArrived = Promise.promise();
        Crossing.serve(vertx, Crossing.ADDRESS, group -> {
            arrived.add(group);
            if (requestsIn(arrived) == MAX_IN_FLIGHT) {
                allArrived.complete();
            }
        });
        InferenceOutcome outcome = new InferenceError.EngineFailure("x");
        List<Future<InferenceOutcome>> admitted = List.of(infer(FAR), infer(FAR));
        assertInstanceOf(InferenceError.Overloaded.class, Wait.forResult(infer(FAR)));
        assertEquals(MAX_IN_FLIGHT, admission.inFlight());
        admission.close();
        assertInstanceOf(InferenceError.Draining.class, Wait.forResult(infer(FAR)));
        Wait.forResult(allArrived.future());
        arrived.forEach(group -> Crossing.reply(vertx, group, request -> outcome));
        admitted.forEach(future -> assertSame(outcome, Wait.forResult(future)));
        assertEquals(MAX_IN_FLIGHT, requestsIn(arrived));
        assertEquals(0, admission.inFlight());
    }

    private static int requestsIn(List<RequestGroup> groups) {
        return groups.stream().mapToInt(group -> group.entries().size()).sum();
    }
}
