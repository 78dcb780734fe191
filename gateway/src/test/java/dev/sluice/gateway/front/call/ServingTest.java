package dev.sluice.gateway.front.call;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.Admission;
import dev.sluice.gateway.admit.AdmissionControl;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.fake.Crossing;
import dev.sluice.gateway.fake.Fronts;
import dev.sluice.gateway.fake.Limits;
import dev.sluice.gateway.fake.Wait;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.pipeline.InferencePipeline;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.gateway.traffic.TrafficListener;
import dev.sluice.gateway.traffic.Trial;
import dev.sluice.worker.ReferenceCodec;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.CircuitReport;
import dev.sluice.worker.contract.CircuitReport.Fallback;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.TrafficPolicy;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A request over a real event bus: who answers it when another could not, what ends its parts, what it leaves behind. */
@ExtendWith(VertxExtension.class)
class ServingTest {

    private static final ModelId ASKED = Crossing.MODEL;
    private static final ModelId FALLBACK = new ModelId("fallback", 1);
    private static final ModelId STABLE = new ModelId(ASKED.name(), 2);
    private static final InferenceError OPEN = new InferenceError.CircuitOpen(ASKED, 1000);
    private static final AnswerForm PARTS = new AnswerForm("r", List.of(), true, false, true, false);

    private final ModelDirectory models = new ModelDirectory();
    private final AdmitOptions options = new AdmitOptions(
            9, 1 << 20, "none", Duration.ofMinutes(1), Duration.ofMinutes(1), Duration.ZERO, Duration.ZERO);
    private final AdmissionControl admission = Limits.unlimited(options);
    private final FakeCall.Streamed call = new FakeCall.Streamed();
    private final Traffic traffic = new Traffic(models, Ticker.SYSTEM, TrafficListener.NONE);
    private Vertx vertx;
    private Context loop;
    private Serving serving;
    private int occupants;

    @BeforeEach
    void setUp(Vertx vertx) {
        this.vertx = vertx;
        ReferenceCodec.register(vertx.eventBus());
        Wait.forResult(models.listen(vertx.eventBus()));
        FrontParts parts = Fronts.parts(vertx, models, traffic, admission, options);
        loop = vertx.getOrCreateContext();
        serving = new Serving(
                Crossing.resultOnLoop(loop, () -> InferencePipeline.open(vertx, admission, Ticker.SYSTEM)), parts);
        serve(ASKED);
        serve(FALLBACK);
    }

    private static ModelEndpoint endpoint(ModelId model) {
        return new ModelEndpoint(model, Crossing.endpoint("batcher." + model).description());
    }

    private void serve(ModelId model) {
        serve(endpoint(model));
    }

    private void serve(ModelEndpoint endpoint) {
        ModelReport report = new ModelReport(endpoint.model(), ModelState.READY, endpoint.description(), "");
        Wait.forResult(vertx.eventBus().request(ModelNews.ADDRESS, report));
    }

    private static InferenceResponse rows(int first, boolean last) {
        return new InferenceResponse(ASKED, List.of(), new Timing(1, 2, 3, 4, 0), new Rows(first, 4, last));
    }

    /** That model says this of every request. */
    private void says(ModelId model, InferenceOutcome... said) {
        says(endpoint(model), said);
    }

    private void says(ModelEndpoint endpoint, InferenceOutcome... said) {
        ModelId model = endpoint.model();
        Crossing.serve(vertx, endpoint.description().batcherAddress(), group -> {
            long ticket = group.entries().getFirst().ticket();
            List<OutcomeGroup.Entry> entries = Arrays.stream(said)
                    .map(one -> new OutcomeGroup.Entry(ticket, one))
                    .toList();
            vertx.eventBus().send(group.replyAddress(), new OutcomeGroup(model, Capacity.UNKNOWN, entries));
        });
    }

    private void openCircuit() {
        long hour = Ticker.SYSTEM.nanos() + Duration.ofHours(1).toNanos();
        Fallback fallback = new Fallback(FALLBACK.name(), FALLBACK.version());
        CircuitReport report = new CircuitReport(
                ASKED, endpoint(ASKED).description().batcherAddress(), CircuitState.OPEN, hour, fallback);
        vertx.eventBus().send(CircuitReport.ADDRESS, report);
        long patience = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (models.circuits().state(ASKED) != CircuitState.OPEN && System.nanoTime() < patience) {
            Thread.onSpinWait(); // for nobody answers such a report
        }
        assertEquals(CircuitState.OPEN, models.circuits().state(ASKED));
    }

    /** It is loaded anew while its requests are under way, and the new one says this of each. */
    private void isReplaced(InferenceOutcome... said) {
        ModelEndpoint successor = Crossing.endpoint("batcher.successor");
        says(ASKED, new InferenceError.Draining());
        says(successor, said);
        serve(successor);
    }

    /** The memory that the inputs of one request are decoded into. */
    private ByteBuffer inputMemory() {
        FakeCall one = new FakeCall();
        AtomicReference<ByteBuffer> taken = new AtomicReference<>();
        RequestHead head = new RequestHead(ASKED, "", RequestHead.UNSAID, RequestHead.UNSAID);
        AnswerForm whole = new AnswerForm("r", List.of(), true, false, false, false);
        Serving.RequestCodec codec = (by, buffers) -> {
            ByteBuffer memory = buffers.take(4);
            taken.set(memory);
            Tensor input = new Tensor("x", DataType.FP32, new Shape(1, 1), memory);
            return new DecodedRequest(List.of(input), List.of("y"), 1, null, 0, whole);
        };
        loop.runOnContext(turn -> serving.infer(one, head, endpoint(ASKED), codec));
        Wait.forResult(one.over());
        assertEquals(0, admission.inFlight());
        assertEquals(0, admission.bodies().heldBytes());
        return Objects.requireNonNull(taken.get());
    }

    @Test
    void memoryOfInputsIsUsedAgain() {
        says(ASKED, new InferenceResponse(ASKED, List.of(), new Timing(1, 2, 3, 4, 0)));
        assertSame(inputMemory(), inputMemory());
    }

    @Test
    void memoryThatALeavingModelMayStillReadIsNot() {
        isReplaced(new InferenceResponse(ASKED, List.of(), new Timing(1, 2, 3, 4, 0)));
        assertNotSame(inputMemory(), inputMemory());
    }

    @Test
    void aSuccessorAnswersInItsPlace() {
        isReplaced(rows(0, true));
        assertEquals(List.of("answer of " + ASKED + " " + new Rows(0, 4, true)), infer());
    }

    /** It fails in a callback of the bus, where nobody above could answer the client. */
    @Test
    void aSuccessorThatCannotBeAskedIsAnError() {
        isReplaced(rows(0, true));
        Iterator<Runnable> asked = List.<Runnable>of(() -> {}, () -> {
                    throw new IllegalStateException("a defect");
                })
                .iterator();
        call.cancelledBy(new Cancellation() {
            @Override
            public boolean isCancelled() {
                return false;
            }

            @Override
            public void whenCancelled(Runnable action) {
                asked.next().run();
            }
        });
        assertEquals(List.of("engine_failure"), infer());
    }

    @Test
    void aFallbackThatCannotBeNamedLeavesTheErrorThatItWasFor() {
        openCircuit();
        says(ASKED, OPEN);
        says(FALLBACK, rows(0, true));
        call.failAtFallback(new OutOfMemoryError("none left"));
        assertEquals(List.of("circuit_open"), infer());
    }

    private List<String> infer() {
        return infer(() -> endpoint(ASKED));
    }

    private List<String> infer(Supplier<ModelEndpoint> asked) {
        DecodedRequest decoded = new DecodedRequest(List.of(), List.of("y"), 8, null, 0, PARTS);
        loop.runOnContext(turn -> {
            ModelEndpoint endpoint = asked.get();
            RequestHead head = new RequestHead(endpoint.model(), "", RequestHead.UNSAID, RequestHead.UNSAID);
            serving.infer(call, head, endpoint, (by, buffers) -> decoded);
        });
        Wait.forResult(call.over());
        assertEquals(occupants, admission.inFlight());
        return call.heard();
    }

    /** With all traffic that leaves the version open. */
    private Trial isTried() {
        TrafficPolicy policy = new TrafficPolicy(
                100,
                "key",
                new TrafficPolicy.Shadow(0, 1, 0),
                new TrafficPolicy.Guard(Duration.ofMinutes(1), 50, 1, 2, 0, 0, Duration.ZERO));
        serve(STABLE);
        TrafficPlan plan = new TrafficPlan(policy, STABLE.version(), ASKED.version(), Map.of());
        Wait.forResult(vertx.eventBus().request(ModelNews.ADDRESS, new ModelNews.Traffic(ASKED.name(), plan)));
        return Objects.requireNonNull(traffic.split(ASKED.name())).trial();
    }

    private List<String> inferOpen() {
        return infer(() -> serving.endpoint(call, new RequestedModel(ASKED.name(), null)));
    }

    @Test
    void whatOnlyTheCandidateCallsInvalidIsItsFailure() {
        Trial trial = isTried();
        says(ASKED, new InferenceError.InvalidRequest("x", "the model refuses it"));
        says(STABLE, rows(0, true));
        assertEquals(List.of("answer of " + STABLE + " " + new Rows(0, 4, true)), inferOpen());
        assertEquals(new Trial.Totals(0, 0, 1, 1, 0, 0), trial.totals());
    }

    @Test
    void whatBothCallInvalidIsTheClientsFault() {
        Trial trial = isTried();
        says(ASKED, new InferenceError.InvalidRequest("x", "the model refuses it"));
        says(STABLE, new InferenceError.InvalidRequest("x", "the model refuses it"));
        assertEquals(List.of("invalid_request"), inferOpen());
        assertEquals(new Trial.Totals(0, 0, 0, 0, 0, 0), trial.totals());
    }

    @Test
    void whatTheCandidateIsSparedWhileItsCircuitIsOpenCountsAgainstIt() {
        Trial trial = isTried();
        openCircuit();
        says(STABLE, rows(0, true));
        assertEquals(List.of("answer of " + STABLE + " " + new Rows(0, 4, true)), inferOpen());
        assertEquals(1, trial.totals().candidateFailures());
        assertEquals(1, trial.totals().candidateRequests());
    }

    /** Somebody else has given it more than it can do in time. */
    private void occupy(ModelId model) {
        admission.learn(model, new Capacity(1, 1, 1, Duration.ofHours(1).toNanos(), 0));
        InferenceRequest many = new InferenceRequest(
                model,
                "r",
                List.of(),
                List.of("y"),
                100,
                0,
                "another",
                Deadline.after(Duration.ofMinutes(1), Ticker.SYSTEM.nanos()),
                Cancellation.NEVER);
        assertInstanceOf(Admission.Admitted.class, admission.admit(many));
        occupants++;
    }

    @Test
    void thatThereIsNoRoomAtTheCandidateIsNotItsFailure() {
        Trial trial = isTried();
        says(STABLE, rows(0, true));
        occupy(ASKED);
        assertEquals(List.of("answer of " + STABLE + " " + new Rows(0, 4, true)), inferOpen());
        assertEquals(new Trial.Totals(0, 0, 0, 0, 0, 0), trial.totals());
        assertTrue(trial.copiesRest(Ticker.SYSTEM.nanos()), "there is none for copies either");
    }

    @Test
    void whatTheCandidateFailsTheStableVersionTakesOverOnlyIfItHasRoom() {
        Trial trial = isTried();
        says(ASKED, new InferenceError.EngineFailure("r"));
        says(STABLE, rows(0, true));
        occupy(STABLE);
        assertEquals(List.of("overloaded"), inferOpen());
        assertEquals(new Trial.Totals(0, 0, 1, 1, 0, 0), trial.totals());
    }

    @Test
    void partsComeBeforeTheAnswer() {
        says(ASKED, rows(4, false), rows(0, true));
        assertEquals(List.of("part 4", "answer of " + ASKED + " " + new Rows(0, 4, true)), infer());
    }

    @Test
    void oneAnswerSaysThatItHasAllRows() {
        says(ASKED, new InferenceResponse(ASKED, List.of(), new Timing(1, 2, 3, 4, 0)));
        assertEquals(List.of("answer of " + ASKED + " " + new Rows(0, 8, true)), infer());
    }

    @Test
    void aCircuitThatOpensBeforeAnyPartHasTheFallbackAnswerInParts() {
        openCircuit();
        says(ASKED, OPEN);
        says(FALLBACK, rows(0, false), rows(4, true));
        assertEquals(
                List.of("by " + FALLBACK, "part 0", "answer of " + FALLBACK + " " + new Rows(4, 4, true)), infer());
    }

    @Test
    void aCircuitThatOpensBetweenPartsIsAnError() {
        openCircuit();
        says(ASKED, rows(0, false), OPEN);
        says(FALLBACK, rows(0, false), rows(4, true));
        assertEquals(List.of("part 0", "circuit_open"), infer());
    }

    @Test
    void aPartThatCannotBeGivenIsTheEndWhateverTheOutcome() {
        call.failAt(0, new IllegalStateException("a defect"));
        says(ASKED, rows(0, false), rows(4, true));
        assertEquals(List.of("part 0", "cancel", "engine_failure"), infer());
    }
}
