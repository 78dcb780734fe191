package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.fake.FakeModel;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import dev.sluice.worker.pipeline.PipelineFaults;
import dev.sluice.worker.pipeline.PipelinePlan;
import dev.sluice.worker.pipeline.PipelineText;
import dev.sluice.worker.pipeline.StageSpec;
import dev.sluice.worker.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A pipeline of two stages, whose batchers are played by the test: they leave, say nothing, and come back. */
@ExtendWith(VertxExtension.class)
class PipelineVerticleFaultTest {

    private static final ModelId STAGE = new ModelId("stage", 1);
    private static final Incarnation WHOLE = new Incarnation(new ModelId("whole", 1), 1);
    private static final String FRONT = "test.front";
    private static final Signature ROWS = new FakeModel(inputs -> inputs).signature();
    private static final StageSpec MODEL = new StageSpec(ROWS, null);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final BlockingQueue<OutcomeGroup> front = new LinkedBlockingQueue<>();
    private final BlockingQueue<RequestGroup> batcher = new LinkedBlockingQueue<>();
    private final AtomicLong nanos = new AtomicLong();
    private final PipelineThreads threads =
            new PipelineThreads(Settings.of(PipelineOptions.class).load(), InstanceListener.NONE, nanos::get);
    private final PipelinePlan plan = plan();
    private Vertx vertx;
    private PipelineVerticle pipeline;
    private String deployment;

    private static PipelinePlan plan() {
        PipelineFaults faults = new PipelineFaults();
        return PipelinePlan.of(
                        PipelineText.read(List.of("a = stage(x)", "b = stage(a)"), List.of("b.y"), faults),
                        Map.of("a", MODEL, "b", MODEL),
                        faults)
                .orElseThrow();
    }

    private static StageDirectory.Bound at(String address) {
        return new StageDirectory.Bound(STAGE, new Description("fake", ROWS, List.of(), 4, 1, address));
    }

    private PipelineVerticle.Binding bound(String address) {
        return new PipelineVerticle.Binding(plan, Map.of("a", at(address), "b", at(address)), "");
    }

    @BeforeEach
    void open(Vertx vertx) throws Exception {
        this.vertx = vertx;
        ReferenceCodec.register(vertx.eventBus());
        vertx.eventBus().<OutcomeGroup>consumer(FRONT, message -> front.add(message.body()));
        pipeline = new PipelineVerticle(WHOLE, bound("test.first"), BatchListener.NONE, threads, nanos::get);
        deployment = result(vertx.deployVerticle(pipeline));
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T next = queue.poll(30, TimeUnit.SECONDS);
        assertNotNull(next, "nothing came");
        return next;
    }

    private MessageConsumer<RequestGroup> listen(String address) throws Exception {
        MessageConsumer<RequestGroup> consumer =
                vertx.eventBus().consumer(address, (Message<RequestGroup> message) -> batcher.add(message.body()));
        result(consumer.completion());
        return consumer;
    }

    private void ask(long ticket, Deadline deadline) {
        say(new RequestGroup.Submit(ticket, Requests.of(deadline, ticket)));
    }

    private void say(RequestGroup.Entry entry) {
        vertx.eventBus().send(WHOLE.batcherAddress(), new RequestGroup(FRONT, List.of(entry)));
    }

    private void answer(RequestGroup group) {
        List<OutcomeGroup.Entry> answers = group.entries().stream()
                .map(entry -> new OutcomeGroup.Entry(entry.ticket(), answer(((RequestGroup.Submit) entry).request())))
                .toList();
        vertx.eventBus().send(group.replyAddress(), new OutcomeGroup(STAGE, new Capacity(9, 1, 2, 1000, 0), answers));
    }

    private static InferenceOutcome answer(InferenceRequest request) {
        return new InferenceResponse(
                STAGE,
                List.of(Tensors.ofLongs(
                        "y", new Shape(1, 1), request.inputs().getFirst().data().getLong(0) + 1)),
                new InferenceResponse.Timing(1, 1, 1, 1, 1));
    }

    private InferenceOutcome outcome() throws InterruptedException {
        OutcomeGroup group = next(front);
        assertEquals(WHOLE.model(), group.model());
        assertEquals(1, group.entries().size());
        return group.entries().getFirst().outcome();
    }

    @Test
    void requestsOfOneTurnLeaveTogetherAndWhatTheStagesCanDoIsToldOn() throws Exception {
        listen("test.first");
        vertx.eventBus()
                .send(
                        WHOLE.batcherAddress(),
                        new RequestGroup(
                                FRONT,
                                List.of(
                                        new RequestGroup.Submit(1, Requests.ofIds(1)),
                                        new RequestGroup.Submit(2, Requests.ofIds(5)))));
        RequestGroup first = next(batcher);
        assertEquals(2, first.entries().size());
        answer(first);
        RequestGroup second = next(batcher);
        assertEquals(2, second.entries().size());
        answer(second);
        OutcomeGroup outcomes = next(front);
        assertEquals(new Capacity(9, 1, 2, 2000, 0), outcomes.capacity(), "the model has two stages to do");
        InferenceResponse last = assertInstanceOf(
                InferenceResponse.class, outcomes.entries().getLast().outcome());
        assertEquals("[7]", Tensors.text(last.outputs().getFirst()));
    }

    @Test
    void aStageThatSaysNothingIsGivenUpAtTheDeadline() throws Exception {
        listen("test.first");
        ask(1, new Deadline(SECOND));
        RequestGroup asked = next(batcher);
        nanos.set(2 * SECOND);
        assertEquals(new InferenceError.DeadlineExceeded("queue or execution"), outcome());
        RequestGroup.Entry word = next(batcher).entries().getFirst();
        assertEquals(new RequestGroup.Withdraw(asked.entries().getFirst().ticket()), word);
        answer(asked); // too late, and nobody hears it
        ask(2, Requests.FAR);
        answer(next(batcher));
        answer(next(batcher));
        assertInstanceOf(InferenceResponse.class, outcome());
        assertTrue(front.isEmpty());
    }

    @Test
    void aStageThatIsTooLateIsNamed() throws Exception {
        listen("test.first");
        ask(1, Requests.FAR);
        RequestGroup asked = next(batcher);
        vertx.eventBus()
                .send(
                        asked.replyAddress(),
                        new OutcomeGroup(
                                STAGE,
                                Capacity.UNKNOWN,
                                List.of(new OutcomeGroup.Entry(
                                        asked.entries().getFirst().ticket(),
                                        new InferenceError.DeadlineExceeded("execution")))));
        assertEquals(new InferenceError.DeadlineExceeded("execution of stage a (stage)"), outcome());
    }

    @Test
    void aStageThatHasLeftIsAskedWhereItIsNow() throws Exception {
        MessageConsumer<RequestGroup> leaving = listen("test.first");
        listen("test.second");
        ask(1, Requests.FAR);
        RequestGroup asked = next(batcher);
        result(leaving.unregister());
        pipeline.bind(bound("test.second"));
        answer(asked); // the second stage was bound to the first address
        answer(next(batcher));
        InferenceResponse answer = assertInstanceOf(InferenceResponse.class, outcome());
        assertEquals("[3]", Tensors.text(answer.outputs().getFirst()));
    }

    @Test
    void aStageThatHasLeftForGoodIsSaid() throws Exception {
        ask(1, Requests.FAR);
        InferenceError.ModelNotReady away = assertInstanceOf(InferenceError.ModelNotReady.class, outcome());
        assertEquals(STAGE, away.model());
        assertEquals("it has been unloaded (stage a (stage))", away.reason());
        pipeline.bind(new PipelineVerticle.Binding(plan, Map.of(), "stage a: away"));
        ask(2, Requests.FAR);
        assertEquals("model whole/1 is not ready: stage a: away", ((InferenceError) outcome()).message());
    }

    @Test
    void whoGoesIsLetGoAndTheStageHearsIt() throws Exception {
        listen("test.first");
        ask(1, Requests.FAR);
        RequestGroup asked = next(batcher);
        say(new RequestGroup.Withdraw(1));
        assertEquals(new InferenceError.Cancelled(), outcome());
        assertEquals(
                new RequestGroup.Withdraw(asked.entries().getFirst().ticket()),
                next(batcher).entries().getFirst());
    }

    @Test
    void whoIsUnderWayWhenItEndsHearsSo() throws Exception {
        listen("test.first");
        ask(1, Requests.FAR);
        next(batcher);
        result(vertx.undeploy(deployment));
        assertEquals(new InferenceError.Draining(), outcome());
    }
}
