package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.Batches;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.engine.EngineRunException.Reason;
import dev.sluice.worker.fake.FakeInstance;
import dev.sluice.worker.fake.FakeModel;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.junit5.VertxExtension;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Instances on threads of their own, whose engine fails in every way that there is, or never returns. */
@ExtendWith(VertxExtension.class)
class InstanceFaultTest {

    private static final ModelId MODEL = Requests.MODEL;
    private static final int MAX_ROWS = 4;
    private static final int INSTANCES = 1;

    private final CountDownLatch wedge = new CountDownLatch(1);
    private final FakeModel model = new FakeModel(this::answer);
    private final BlockingQueue<Integer> givenUp = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> failures = new LinkedBlockingQueue<>();
    private final AtomicLong replaced = new AtomicLong();
    private final AtomicLong memory = new AtomicLong();
    private Vertx vertx;
    private InstanceDeployer deployer;

    @BeforeEach
    void setUp(Vertx vertx) throws Exception {
        this.vertx = vertx;
        ReferenceCodec.register(vertx.eventBus());
        Context control = vertx.getOrCreateContext();
        InstanceOptions options = new InstanceOptions(INSTANCES, MAX_ROWS, 1 << 20, new Listener());
        deployer = result(Future.future(promise -> control.runOnContext(here -> promise.complete(
                new InstanceDeployer(new Incarnation(MODEL, 1), model, options, Ticker.SYSTEM, new News())))));
    }

    @AfterEach
    void letGo() {
        wedge.countDown();
    }

    private final class News implements InstanceDeployer.Serving {

        @Override
        public void failed(String why) {
            failures.add(why);
        }

        @Override
        public void restored() {
            failures.add("restored");
        }
    }

    private final class Listener implements InstanceListener {

        @Override
        public void replaced(ModelId model) {
            replaced.incrementAndGet();
        }

        @Override
        public void givenUp(ModelId model, int threads) {
            givenUp.add(threads);
        }

        @Override
        public void batchMemory(ModelId model, long changeBytes) {
            memory.addAndGet(changeBytes);
        }
    }

    /** Does what the first id of a batch says, and otherwise echoes a copy. */
    private List<Tensor> answer(List<Tensor> inputs) {
        switch (Tensors.text(inputs.getFirst())) {
            case "[-1]" -> throw new StackOverflowError();
            case "[-2]" -> throw new OutOfMemoryError("as if");
            case "[-3]" -> throw new EngineRunException("as if", new IllegalStateException(), Reason.OUT_OF_MEMORY);
            case "[-4]" -> throw new EngineRunException("as if", new IllegalStateException(), Reason.OTHER);
            case "[-5]" -> throw new NoClassDefFoundError("as if");
            case "[-6]" -> awaitUninterruptibly(wedge);
            default -> {}
        }
        return List.of(Tensors.copyOf(inputs.getFirst()));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException deaf) {
                // as deaf as native code
            }
        }
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        @Nullable T head = queue.poll(30, TimeUnit.SECONDS);
        if (head == null) {
            throw new AssertionError("nothing came");
        }
        return head;
    }

    private Future<BatchResult> run(Instance instance, Batch batch) {
        DeliveryOptions delivery = new DeliveryOptions().setLocalOnly(true).setSendTimeout(30_000);
        return vertx.eventBus()
                .<BatchResult>request(instance.address(), batch, delivery)
                .map(reply -> reply.body());
    }

    private void assertEchoes(Instance instance, long id) throws Exception {
        BatchResult.Ran ran =
                assertInstanceOf(BatchResult.Ran.class, result(run(instance, Batches.of(Requests.ofIds(id)))));
        assertEquals("[" + id + "]", Tensors.text(ran.outputs().getFirst()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, -2, -3, -4, -5})
    void whateverTheEngineThrowsTheBatchComesBackAndTheNextRuns(long fault) throws Exception {
        Instance instance = result(deployer.deploy());
        assertEchoes(instance, 1);
        BatchResult.Failed failed =
                assertInstanceOf(BatchResult.Failed.class, result(run(instance, Batches.of(Requests.ofIds(fault)))));
        assertInstanceOf(InferenceError.EngineFailure.class, failed.error());
        assertEquals(fault == -2 || fault == -3, failed.tooLarge());
        assertEchoes(instance, 2);
    }

    @Test
    void aWedgedInstanceIsEndedAndReplacedOnAnotherThread() throws Exception {
        Instance lost = result(deployer.deploy());
        Future<BatchResult> late = run(lost, Batches.of(Requests.ofIds(-6)));
        Instance fresh = result(deployer.replace(lost));
        assertTrue(model.instance(0).isTerminated());
        assertEquals(1, next(givenUp));
        assertEquals(1, replaced.get());
        assertEchoes(fresh, 3);
        assertFalse(model.instance(0).isClosed(), "it still runs");
        wedge.countDown();
        assertInstanceOf(BatchResult.Ran.class, result(late));
        assertEquals(0, next(givenUp));
        assertTrue(model.instance(0).isClosed());
        assertFalse(model.instance(1).isClosed());
    }

    @Test
    void nothingIsReplacedWhileTooManyThreadsHang() throws Exception {
        Instance first = result(deployer.deploy());
        Future<BatchResult> late = run(first, Batches.of(Requests.ofIds(-6)));
        Instance second = result(deployer.replace(first));
        run(second, Batches.of(Requests.ofIds(-6)));
        Throwable refused = assertThrows(ExecutionException.class, () -> result(deployer.replace(second)));
        assertTrue(String.valueOf(refused.getMessage()).contains("2 of its threads hang"), refused.getMessage());
        assertThrows(ExecutionException.class, () -> result(deployer.replaceLater()));
        assertEquals(INSTANCES + 1, model.instances());
        wedge.countDown();
        assertInstanceOf(BatchResult.Ran.class, result(late));
        assertEquals(List.of(1, 2, 1, 0), List.of(next(givenUp), next(givenUp), next(givenUp), next(givenUp)));
        assertEchoes(result(deployer.replaceLater()), 4);
        assertEquals(2, replaced.get());
    }

    @Test
    void saysWhyTheModelCannotBeServedAnyMore() throws Exception {
        deployer.exhausted("all are lost");
        assertEquals("all are lost", next(failures));
        deployer.restored();
        assertEquals("restored", next(failures));
    }

    @Test
    void aThreadThatHangsDoesNotKeepTheProcessFromClosing() throws Exception {
        Instance lost = result(deployer.deploy());
        run(lost, Batches.of(Requests.ofIds(-6)));
        result(deployer.replace(lost));
        result(vertx.close());
        assertFalse(model.instance(0).isClosed(), "it still runs");
        assertTrue(model.instance(1).isClosed());
    }

    @Test
    void threadsThatHaveEndedDoNotCount() throws Exception {
        Instance instance = result(deployer.deploy());
        for (int i = 0; i < 3 * INSTANCES; i++) {
            instance = result(deployer.replace(instance));
            assertEquals(1, next(givenUp));
            assertEquals(0, next(givenUp));
        }
        assertEchoes(instance, 1);
        assertEquals(List.of(), List.copyOf(failures));
    }

    @Test
    void tellsHowMuchMemoryIsKeptUntilItIsGivenBack() throws Exception {
        Instance instance = result(deployer.deploy());
        assertEquals(FakeInstance.MEMORY_BYTES, memory.get());
        assertEchoes(instance, 1);
        assertEchoes(instance, 2); // the memory of the first was told of before the second began
        assertEquals(FakeInstance.MEMORY_BYTES + MAX_ROWS * Long.BYTES, memory.get());
        result(vertx.undeploy(instance.deployment()));
        assertEquals(0, memory.get());
    }
}
