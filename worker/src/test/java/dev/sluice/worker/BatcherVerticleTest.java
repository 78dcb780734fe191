package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchGate;
import dev.sluice.worker.batch.BatchGather;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.batch.DeviceTurns;
import dev.sluice.worker.batch.GreedyPolicy;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.fake.FakeInstance;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Both ends of the crossing from the front, with the front loops and the instance played by the test. */
@ExtendWith(VertxExtension.class)
class BatcherVerticleTest {

    private static final ModelId MODEL = new ModelId("echo", 1);
    private static final String INSTANCE = "test.instance";
    private static final String LEFT = "test.front.left";
    private static final String RIGHT = "test.front.right";
    private static final int MAX_ROWS = 8;

    private final BlockingQueue<Message<Batch>> batches = new LinkedBlockingQueue<>();
    private final BlockingQueue<OutcomeGroup> left = new LinkedBlockingQueue<>();
    private final BlockingQueue<OutcomeGroup> right = new LinkedBlockingQueue<>();
    private final FakeInstance engine = new FakeInstance();
    private final FakeSupply supply = new FakeSupply();
    private final DeviceTurns device = new DeviceTurns(2);
    private Vertx vertx;
    private String deployment;

    @BeforeEach
    void setUp(Vertx vertx) throws Exception {
        this.vertx = vertx;
        ReferenceCodec.register(vertx.eventBus());
        listen(INSTANCE, batches);
        vertx.eventBus().<OutcomeGroup>consumer(LEFT, message -> left.add(message.body()));
        vertx.eventBus().<OutcomeGroup>consumer(RIGHT, message -> right.add(message.body()));
        deployment = deploy(MODEL, 100, new FakeTicker());
    }

    private String deploy(ModelId model, int maxQueueRequests, Ticker ticker) throws Exception {
        BatcherOptions options = new BatcherOptions(new GreedyPolicy(MAX_ROWS), maxQueueRequests, BatchListener.NONE);
        InstanceGroup.Members members = new InstanceGroup.Members(
                List.of(new Instance(INSTANCE, "none", engine)), supply, Duration.ofMinutes(1));
        DeviceGroups.Made only = new DeviceGroups.Made(
                "cpu",
                members,
                new DeviceTurns.Stake(device, 1),
                List.of(),
                BatchGate.OPEN,
                new GroupCircuits((state, openUntilNanos) -> {}).next(""));
        return result(
                vertx.deployVerticle(new BatcherVerticle(new Incarnation(model, 1), options, List.of(only), ticker)));
    }

    private <T> void listen(String address, BlockingQueue<Message<T>> messages) {
        vertx.eventBus().<T>consumer(address, messages::add);
    }

    private static <T> T result(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        @Nullable T head = queue.poll(30, TimeUnit.SECONDS);
        if (head == null) {
            throw new AssertionError("nothing came");
        }
        return head;
    }

    private void send(String replyAddress, long... tickets) {
        tell(MODEL, group(replyAddress, tickets));
    }

    private static RequestGroup group(String replyAddress, long... tickets) {
        List<RequestGroup.Submit> entries = LongStream.of(tickets)
                .mapToObj(ticket -> new RequestGroup.Submit(ticket, Requests.ofIds(ticket)))
                .toList();
        return new RequestGroup(replyAddress, List.copyOf(entries));
    }

    private void tell(ModelId model, RequestGroup group) {
        vertx.eventBus().send(new Incarnation(model, 1).batcherAddress(), group);
    }

    private static void answer(Message<Batch> batch) {
        batch.reply(new BatchResult.Ran(new BatchGather(MAX_ROWS, 0).gather(batch.body()), 1, 1));
    }

    private static List<Long> tickets(OutcomeGroup group) {
        return group.entries().stream().map(OutcomeGroup.Entry::ticket).toList();
    }

    @Test
    void aGroupIsOneBatchAndItsOutcomesAreOneGroup() throws Exception {
        send(LEFT, 1, 2, 3);
        Message<Batch> batch = next(batches);
        assertEquals(3, batch.body().size());
        answer(batch);
        OutcomeGroup outcomes = next(left);
        assertEquals(List.of(1L, 2L, 3L), tickets(outcomes));
        for (OutcomeGroup.Entry entry : outcomes.entries()) {
            InferenceResponse response = assertInstanceOf(InferenceResponse.class, entry.outcome());
            assertEquals(
                    "[" + entry.ticket() + "]", Tensors.text(response.outputs().getFirst()));
        }
    }

    @Test
    void outcomesGoWhereTheirRequestsCameFrom() throws Exception {
        send(LEFT, 0);
        Message<Batch> running = next(batches);
        send(LEFT, 1, 2);
        send(RIGHT, 7);
        answer(running);
        assertEquals(List.of(0L), tickets(next(left)));
        Message<Batch> both = next(batches);
        assertEquals(3, both.body().size());
        answer(both);
        assertEquals(List.of(1L, 2L), tickets(next(left)));
        assertEquals(List.of(7L), tickets(next(right)));
    }

    @Test
    void aWithdrawnRequestIsAnsweredAtOnceAndNeverRun() throws Exception {
        send(LEFT, 0);
        Message<Batch> running = next(batches);
        send(LEFT, 1, 2, 3);
        send(RIGHT, 2);
        tell(MODEL, new RequestGroup(LEFT, List.of(new RequestGroup.Withdraw(2), new RequestGroup.Withdraw(99))));
        OutcomeGroup withdrawn = next(left);
        assertEquals(List.of(2L), tickets(withdrawn));
        assertEquals(
                new InferenceError.Cancelled(), withdrawn.entries().getFirst().outcome());
        answer(running);
        Message<Batch> rest = next(batches);
        assertEquals(3, rest.body().size());
        answer(rest);
        assertEquals(List.of(0L), tickets(next(left)));
        assertEquals(List.of(1L, 3L), tickets(next(left)));
        assertEquals(List.of(2L), tickets(next(right)));
    }

    /** A group is enqueued whole before the batcher decides, and must not be refused for what an idle instance would take. */
    @Test
    void aGroupLargerThanTheQueueIsNotShedWhileAnInstanceIsIdle() throws Exception {
        ModelId small = new ModelId("small", 1);
        deploy(small, 2, new FakeTicker());
        tell(small, group(LEFT, 1, 2, 3));
        Message<Batch> first = next(batches);
        assertEquals(2, first.body().size());
        answer(first);
        answer(next(batches));
        List<Long> answered = new ArrayList<>();
        while (answered.size() < 3) {
            for (OutcomeGroup.Entry entry : next(left).entries()) {
                assertInstanceOf(InferenceResponse.class, entry.outcome());
                answered.add(entry.ticket());
            }
        }
        assertEquals(List.of(1L, 2L, 3L), answered);
    }

    @Test
    void whatWaitsAndWhatComesLaterIsToldThatTheServerIsStopping() throws Exception {
        send(LEFT, 1);
        next(batches);
        send(RIGHT, 2, 3);
        Future<Void> stopped = vertx.undeploy(deployment);
        send(RIGHT, 4);
        List<Long> refused = new ArrayList<>();
        while (refused.size() < 3) {
            for (OutcomeGroup.Entry entry : next(right).entries()) {
                assertInstanceOf(InferenceError.Draining.class, entry.outcome());
                refused.add(entry.ticket());
            }
        }
        assertEquals(List.of(2L, 3L, 4L), refused);
        result(stopped);
        OutcomeGroup abandoned = next(left);
        assertEquals(List.of(1L), tickets(abandoned));
        assertInstanceOf(
                InferenceError.Draining.class, abandoned.entries().getFirst().outcome());
    }

    @Test
    void aClientHearsOfItsDeadlineThoughTheInstanceIsSilent() throws Exception {
        AtomicLong clock = new AtomicLong();
        ModelId other = new ModelId("silent", 1);
        deploy(other, 100, clock::get);
        RequestGroup.Submit entry = new RequestGroup.Submit(1, Requests.of(new Deadline(2_000_000), 1));
        vertx.eventBus().send(new Incarnation(other, 1).batcherAddress(), new RequestGroup(LEFT, List.of(entry)));
        next(batches);
        clock.set(2_000_000);
        OutcomeGroup outcomes = next(left);
        assertEquals(
                new InferenceError.DeadlineExceeded("execution"),
                outcomes.entries().getFirst().outcome());
    }

    @Test
    void endsTheCallsThatStillRunWhenItStops() throws Exception {
        send(LEFT, 1);
        next(batches);
        assertFalse(engine.isTerminated());
        result(vertx.undeploy(deployment));
        assertTrue(engine.isTerminated());
    }

    @Test
    void aModelThatLosesItsInstancesForGoodRefusesWhatWaitsAndWhatComes() throws Exception {
        send(LEFT, 1);
        Message<Batch> lost = next(batches);
        send(RIGHT, 2, 3);
        supply.exhaust(true);
        lost.fail(-1, "as if it had not come back");
        Set<Long> refused = new HashSet<>();
        while (refused.size() < 2) {
            for (OutcomeGroup.Entry entry : next(right).entries()) {
                assertInstanceOf(InferenceError.ModelNotReady.class, entry.outcome());
                refused.add(entry.ticket());
            }
        }
        assertInstanceOf(
                InferenceError.EngineFailure.class,
                next(left).entries().getFirst().outcome());
        send(RIGHT, 4);
        assertInstanceOf(
                InferenceError.ModelNotReady.class,
                next(right).entries().getFirst().outcome());
    }
}
