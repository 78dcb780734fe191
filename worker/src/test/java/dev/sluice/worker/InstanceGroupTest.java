package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.Batches;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.fake.FakeInstance;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Batches that do not come back, the instances being played by the test. */
@ExtendWith(VertxExtension.class)
class InstanceGroupTest {

    private static final ModelId MODEL = new ModelId("echo", 1);
    private static final BatchResult ANSWER = new BatchResult.Ran(List.of(), 1, 1);

    /** Over at the fake clock's beginning, so that only the shortest patience counts. */
    private static final Batch HASTY = Batches.of(Requests.of(new Deadline(0), 1));

    private final BlockingQueue<Message<Batch>> first = new LinkedBlockingQueue<>();
    private final BlockingQueue<Message<Batch>> second = new LinkedBlockingQueue<>();
    private final BlockingQueue<BatchResult> results = new LinkedBlockingQueue<>();
    private final FakeSupply supply = new FakeSupply().with(instance("second"));
    private final Instance original = instance("first");
    private final BlockingQueue<Integer> idle = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
    private Context loop;
    private InstanceGroup group;

    @BeforeEach
    void setUp(Vertx vertx) {
        ReferenceCodec.register(vertx.eventBus());
        vertx.eventBus().<Batch>consumer("first", first::add);
        vertx.eventBus().<Batch>consumer("second", second::add);
        loop = vertx.getOrCreateContext();
        group = groupOf(original);
    }

    private static Instance instance(String address) {
        return new Instance(address, "none", new FakeInstance());
    }

    private InstanceGroup groupOf(Instance... instances) {
        InstanceGroup.Members members = new InstanceGroup.Members(List.of(instances), supply, Duration.ofMillis(10));
        return new InstanceGroup(MODEL, members, loop, new FakeTicker(), new Heard());
    }

    private final class Heard implements InstanceGroup.Listener {

        @Override
        public void idle() {
            idle.add(group.idleInstances());
        }

        @Override
        public void exhausted(String why) {
            news.add(why);
        }

        @Override
        public void restored() {
            news.add("restored");
        }
    }

    private <T> T onLoop(Callable<T> work) throws Exception {
        return Future.<T>future(promise -> loop.runOnContext(here -> {
                    try {
                        promise.complete(work.call());
                    } catch (Exception failure) {
                        promise.fail(failure);
                    }
                }))
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private void run(Batch batch) throws Exception {
        onLoop(() -> {
            group.run(batch, results::add);
            return true;
        });
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        @Nullable T head = queue.poll(30, TimeUnit.SECONDS);
        if (head == null) {
            throw new AssertionError("nothing came");
        }
        return head;
    }

    private static void assertLost(BatchResult result) {
        BatchResult.Failed failed = assertInstanceOf(BatchResult.Failed.class, result);
        assertInstanceOf(InferenceError.EngineFailure.class, failed.error());
    }

    @Test
    void aBatchThatDoesNotComeBackFailsAndTheNextGoesToAnotherInstance() throws Exception {
        run(HASTY);
        assertLost(next(results));
        assertEquals(List.of(original), supply.lost());
        assertEquals(1, onLoop(group::idleInstances));
        run(Batches.of(Requests.ofIds(2)));
        next(second).reply(ANSWER);
        assertEquals(ANSWER, next(results));
        assertEquals(1, first.size(), "only what was lost");
    }

    @Test
    void theCallOfABatchThatIsWithdrawnIsEndedAsLongAsItRuns() throws Exception {
        Batch batch = Batches.of(Requests.ofIds(1));
        run(batch);
        onLoop(() -> {
            group.withdraw(Batches.of(Requests.ofIds(1)));
            return true;
        });
        FakeInstance engine = assertInstanceOf(FakeInstance.class, original.engine());
        assertNull(engine.withdrawn(), "that batch is another one");
        onLoop(() -> {
            group.withdraw(batch);
            return true;
        });
        assertEquals(batch, engine.withdrawn());
        assertFalse(engine.isTerminated());
        next(first).reply(new BatchResult.Withdrawn());
        assertEquals(new BatchResult.Withdrawn(), next(results));
        assertEquals(1, onLoop(group::idleInstances), "it is as good as before");
    }

    @Test
    void itsAnswerComesTooLateForAnybody() throws Exception {
        run(HASTY);
        assertLost(next(results));
        next(first).reply(ANSWER);
        run(Batches.of(Requests.ofIds(2)));
        BatchResult other = new BatchResult.Ran(List.of(), 2, 2);
        next(second).reply(other);
        assertEquals(other, next(results));
        assertEquals(1, onLoop(group::idleInstances), "the one that was given up does not come back");
    }

    @Test
    void anInstanceThatIsGoneIsReplacedAtOnce() throws Exception {
        group = groupOf(instance("nowhere"));
        run(Batches.of(Requests.ofIds(1)));
        assertLost(next(results));
        assertEquals(1, onLoop(group::idleInstances));
    }

    @Test
    void saysWhyWhenThereIsNoReplacement() throws Exception {
        supply.exhaust(true);
        run(HASTY);
        assertLost(next(results));
        assertEquals(0, onLoop(group::idleInstances));
        assertEquals("too many threads hang", next(news));
        assertEquals(0, supply.there());
    }

    @Test
    void isBackWhenThereCanBeAnInstanceAgain() throws Exception {
        supply.exhaust(true);
        run(HASTY);
        assertLost(next(results));
        assertEquals("too many threads hang", next(news));
        supply.exhaust(false);
        assertEquals("restored", next(news));
        assertEquals(1, next(idle));
        assertEquals(1, supply.there());
        assertEquals(1, supply.restorations());
        run(Batches.of(Requests.ofIds(2)));
        next(second).reply(ANSWER);
        assertEquals(ANSWER, next(results));
        assertEquals(List.of("too many threads hang"), supply.failures(), "however often it was tried");
        assertEquals(List.of(), List.copyOf(news));
    }

    @Test
    void goesOnWithTheOthersUntilThereIsAReplacement() throws Exception {
        group = groupOf(original, instance("nowhere"));
        supply.exhaust(true);
        onLoop(() -> {
            group.run(Batches.of(Requests.ofIds(1)), results::add);
            group.run(Batches.of(Requests.ofIds(2)), results::add);
            return true;
        });
        next(first).reply(ANSWER);
        List<BatchResult> both = List.of(next(results), next(results));
        assertTrue(both.contains(ANSWER), both.toString());
        assertEquals(1, onLoop(group::idleInstances));
        assertEquals(1, supply.there());
        assertEquals(List.of(), supply.failures());
        supply.exhaust(false);
        assertEquals(2, next(idle));
        assertEquals(2, supply.there());
        assertEquals(List.of(), List.copyOf(news));
    }

    @Test
    void failsWhenTheLastIsLostAsWell() throws Exception {
        group = groupOf(instance("nowhere"), instance("nowhere either"));
        supply.exhaust(true);
        run(HASTY);
        assertLost(next(results));
        assertEquals(List.of(), List.copyOf(news));
        run(HASTY);
        assertLost(next(results));
        assertEquals("too many threads hang", next(news));
        assertEquals(List.of("too many threads hang"), supply.failures());
    }

    @Test
    void replacesNothingWhileItCloses() throws Exception {
        Future<Void> closed = onLoop(
                () -> { // in one turn, or the batch could be lost before
                    group.run(HASTY, results::add);
                    return group.close();
                });
        assertLost(next(results));
        closed.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertEquals(1, supply.there(), "what has gone is told by who takes it away");
        assertEquals(List.of(), supply.lost());
        assertTrue(((FakeInstance) original.engine()).isTerminated());
    }

    @Test
    void waitsForTheLastDeadlineButNeverTooShort() {
        Batch batch = Batches.of(
                Requests.of(new Deadline(5_000_000), 1),
                Requests.of(new Deadline(9_000_000), 2),
                Requests.of(new Deadline(7_000_000), 3));
        assertEquals(9 - 2 + 1, InstanceGroup.patienceMillis(batch, 1_000_000, 2_000_000));
        assertEquals(20 + 1, InstanceGroup.patienceMillis(batch, 20_000_000, 2_000_000));
        assertEquals(1 + 1, InstanceGroup.patienceMillis(batch, 1_000_000, 50_000_000));
    }

    @Test
    void moreInstancesJoinWhileOthersRun() throws Exception {
        run(Batches.of(Requests.of(Requests.FAR, 1)));
        Future<Void> resized = onLoop(() -> group.resize(2));
        resized.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertEquals(2, supply.expected());
        assertEquals(1, next(idle));
        run(Batches.of(Requests.of(Requests.FAR, 2)));
        next(second).reply(ANSWER);
        assertEquals(ANSWER, next(results));
    }

    @Test
    void whoIsTooManyLeavesWhenItIsIdle() throws Exception {
        group = groupOf(instance("first"), instance("second"), instance("third"));
        run(Batches.of(Requests.of(Requests.FAR, 1))); // on the first
        onLoop(() -> group.resize(1));
        assertEquals(2, supply.retired().size());
        assertEquals(1, supply.there());
        assertEquals(
                List.of("third", "second"),
                supply.retired().stream().map(Instance::address).toList());
        next(first).reply(ANSWER);
        assertEquals(ANSWER, next(results));
        assertEquals(1, onLoop(group::idleInstances));
        assertEquals(2, supply.retired().size());
    }

    @Test
    void whoIsTooManyAndBusyBringsItsBatchBackFirst() throws Exception {
        group = groupOf(instance("first"), instance("second"));
        run(Batches.of(Requests.of(Requests.FAR, 1)));
        run(Batches.of(Requests.of(Requests.FAR, 2)));
        onLoop(() -> group.resize(1));
        assertEquals(List.of(), supply.retired());
        next(first).reply(ANSWER);
        assertEquals(ANSWER, next(results));
        assertEquals(0, onLoop(group::idleInstances));
        assertEquals(
                List.of("first"),
                supply.retired().stream().map(Instance::address).toList());
        next(second).reply(ANSWER);
        assertEquals(ANSWER, next(results));
        assertEquals(1, onLoop(group::idleInstances));
    }

    @Test
    void whatCannotBeHadIsSaidAndTheOthersGoOn() throws Exception {
        Future<Void> resized = onLoop(() -> group.resize(3)); // of which there is one more only
        Exception why = assertThrows(
                ExecutionException.class,
                () -> resized.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS));
        assertTrue(why.toString().contains("there is no other"), why.toString());
        assertEquals(2, onLoop(group::idleInstances));
    }
}
