package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.breaker.BreakerOptions;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.contract.SourceListener;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.WishStore;
import dev.sluice.worker.drift.DriftOptions;
import dev.sluice.worker.engine.Engine;
import dev.sluice.worker.engine.EngineOptions;
import dev.sluice.worker.engine.Engines;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelInstance;
import dev.sluice.worker.fake.FakeModel;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.settings.Settings;
import dev.sluice.worker.source.SourceOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two models, of which one cannot be loaded or loses an instance while the other is loaded. */
@ExtendWith(VertxExtension.class)
class WorkerFaultTest {

    private static final int INSTANCES = 2;
    private static final ModelId ECHO = Requests.MODEL;
    private static final ModelId LATER = new ModelId("later", 1);

    private final Map<ModelId, ModelState> states = new ConcurrentHashMap<>();
    private final BlockingQueue<ModelState> changes = new LinkedBlockingQueue<>();
    private final Map<ModelId, String> batchers = new ConcurrentHashMap<>();
    private final AtomicInteger closed = new AtomicInteger();
    private Vertx vertx;
    private Path models;

    @BeforeEach
    void setUp(Vertx vertx, @TempDir Path folder) throws Exception {
        this.vertx = vertx;
        models = folder;
        Files.createDirectories(folder.resolve("echo/1"));
        Files.createDirectories(folder.resolve("later/1"));
        ReferenceCodec.register(vertx.eventBus());
        vertx.eventBus().<ModelNews>consumer(ModelNews.ADDRESS, message -> {
            if (message.body() instanceof ModelReport report) {
                states.put(report.model(), report.state());
                if (report.model().equals(ECHO)) {
                    changes.add(report.state());
                }
                if (report.description() != null) {
                    batchers.put(report.model(), report.description().batcherAddress());
                }
            }
            message.reply(message.body());
        });
    }

    private interface Load {
        LoadedModel load(String model);
    }

    private Engine engine(Load load) {
        return new FakeEngine() {

            @Override
            public LoadedModel load(Path modelFile, EngineOptions options) {
                return load.load(modelFile.startsWith(models.resolve("echo")) ? "echo" : "later");
            }
        };
    }

    private void start(Engine engine, InstanceListener listener) throws Exception {
        Duration second = Duration.ofSeconds(1);
        Duration soon = Duration.ofMillis(10);
        BreakerOptions breaker = Settings.of(BreakerOptions.class).load();
        DriftOptions drift = Settings.of(DriftOptions.class).load();
        ControlOptions control =
                new ControlOptions(ControlOptions.Mode.STATIC, List.of(), second, second, 2, second, 0, Duration.ZERO);
        WorkerOptions options = new WorkerOptions(
                List.of(models),
                INSTANCES,
                0,
                1,
                4,
                10,
                second,
                "none",
                1 << 20,
                soon,
                breaker,
                control,
                drift,
                Settings.of(PipelineOptions.class).load(),
                Settings.of(SourceOptions.class).load(),
                new OptimizedModelOptions("none", 0),
                Path.of("none"));
        Worker.Listeners listeners = new Worker.Listeners(BatchListener.NONE, listener, SourceListener.NONE);
        Worker worker =
                new Worker(options, listeners, WishStore.NONE, Ticker.SYSTEM, () -> new Engines(List.of(engine)));
        result(vertx.deployVerticle(worker, Worker.deployment()));
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** Has room for so many instances. */
    private final class Cramped extends FakeModel {

        private int room;

        Cramped(int room) {
            super(inputs -> inputs);
            this.room = room;
        }

        @Override
        public ModelInstance newInstance(int maxBatchRows, long maxMemoryBytes) {
            if (room-- == 0) {
                throw new OutOfMemoryError("as if");
            }
            return super.newInstance(maxBatchRows, maxMemoryBytes);
        }

        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    /** One instance more than serve is made, for the warm-up. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 2})
    void aModelForWhichThereIsNoMemoryFailsAlone(int room) throws Exception {
        Engine engine = engine(name -> {
            if (name.equals("later")) {
                return new FakeModel(inputs -> inputs);
            }
            if (room < 0) {
                throw new OutOfMemoryError("as if");
            }
            return new Cramped(room);
        });
        start(engine, InstanceListener.NONE);
        assertEquals(Map.of(ECHO, ModelState.FAILED, LATER, ModelState.READY), states);
        assertEquals(room < 0 ? 0 : 1, closed.get(), "its memory is for others");
    }

    @Test
    void anInstanceIsReplacedWhileAnotherModelIsLoaded() throws Exception {
        CountDownLatch replaced = new CountDownLatch(1);
        CountDownLatch wedge = new CountDownLatch(1);
        InstanceListener listener = new InstanceListener() {
            @Override
            public void replaced(ModelId model) {
                replaced.countDown();
            }
        };
        Engine engine = engine(name -> {
            if (name.equals("later")) {
                askUntil(replaced);
                return new FakeModel(inputs -> inputs);
            }
            return new FakeModel(inputs -> {
                assertTrue(isOver(wedge, 30));
                return inputs;
            });
        });
        start(engine, listener);
        wedge.countDown();
        assertEquals(Map.of(ECHO, ModelState.READY, LATER, ModelState.READY), states);
    }

    @Test
    void aModelWhoseInstancesAllHungIsServedAgainWhenTheirThreadsAreFree() throws Exception {
        CountDownLatch wedge = new CountDownLatch(1);
        AtomicBoolean hangs = new AtomicBoolean();
        start(
                engine(name -> new FakeModel(inputs -> {
                    assertTrue(!hangs.get() || isOver(wedge, 30));
                    return inputs;
                })),
                InstanceListener.NONE);
        BlockingQueue<InferenceOutcome> outcomes = new LinkedBlockingQueue<>();
        vertx.eventBus()
                .<OutcomeGroup>consumer(
                        "test.front", group -> group.body().entries().forEach(entry -> outcomes.add(entry.outcome())));
        hangs.set(true);
        long ticket = 0;
        for (int i = 0; i < 100 && states.get(ECHO) != ModelState.FAILED; i++) {
            ask(ticket++, Duration.ofMillis(20));
            assertNotNull(outcomes.poll(30, TimeUnit.SECONDS), "each is answered, whatever hangs");
        }
        assertEquals(Map.of(ECHO, ModelState.FAILED, LATER, ModelState.READY), states);
        ask(ticket++, Duration.ofSeconds(30));
        assertInstanceOf(InferenceError.ModelNotReady.class, outcomes.poll(30, TimeUnit.SECONDS));
        hangs.set(false);
        wedge.countDown();
        List<ModelState> seen = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            seen.add(changes.poll(30, TimeUnit.SECONDS));
        }
        assertEquals(
                List.of(ModelState.LOADING, ModelState.WARMING, ModelState.READY, ModelState.FAILED, ModelState.READY),
                seen);
        ask(ticket, Duration.ofSeconds(30));
        assertInstanceOf(InferenceResponse.class, outcomes.poll(30, TimeUnit.SECONDS));
    }

    private void ask(long ticket, Duration timeout) {
        Deadline deadline = Deadline.after(timeout, System.nanoTime());
        RequestGroup.Submit request = new RequestGroup.Submit(ticket, Requests.of(deadline, ticket));
        String batcher = batchers.get(ECHO);
        if (batcher != null) {
            vertx.eventBus().send(batcher, new RequestGroup("test.front", List.of(request)));
        }
    }

    /** Sends requests whose batches do not come back. */
    private void askUntil(CountDownLatch replaced) {
        for (int ticket = 1; !isOver(replaced, 1); ticket++) {
            assertTrue(ticket < 30, "nothing is replaced until this is loaded");
            ask(ticket, Duration.ofMillis(200));
        }
    }

    private static boolean isOver(CountDownLatch latch, long seconds) {
        try {
            return latch.await(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
