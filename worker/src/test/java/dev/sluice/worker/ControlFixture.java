package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.Rollout;
import dev.sluice.worker.contract.SourceListener;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.WishStore;
import dev.sluice.worker.engine.Engine;
import dev.sluice.worker.engine.EngineOptions;
import dev.sluice.worker.engine.Engines;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelInstance;
import dev.sluice.worker.fake.FakeModel;
import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.junit5.VertxExtension;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A model with the versions 1, 2 and a broken 3, of which 2 is served or tried, and a store that fails now and then. */
@ExtendWith(VertxExtension.class)
abstract class ControlFixture {

    static final String NAME = "echo";

    static final String[] WATCHING = {"control.mode=watch", "control.poll=100ms", "control.settle=0s"};

    final Map<Long, ModelState> states = new ConcurrentHashMap<>();
    final Map<String, Long> labels = new ConcurrentHashMap<>();
    final Map<String, ModelWish> told = new ConcurrentHashMap<>();
    final Store store = new Store();
    final CompletableFuture<Message<ModelNews>> heldPlan = new CompletableFuture<>();
    volatile TrafficPlan plan = TrafficPlan.NONE;
    volatile boolean holdsPlan;

    /** When models of other names are there. */
    volatile CompletableFuture<Void> othersLoad = CompletableFuture.completedFuture(null);

    /** Reports of these fail, one of each. */
    final Set<ModelState> deafTo = ConcurrentHashMap.newKeySet();

    final AtomicInteger inMemory = new AtomicInteger();
    final AtomicInteger instancesMade = new AtomicInteger();
    volatile String batcher = "";
    final Set<String> loadedFrom = ConcurrentHashMap.newKeySet();
    Vertx vertx;
    Path models;

    /**
     * What would be there after the process had been killed.
     *
     * @thread any
     */
    static final class Store implements WishStore {

        final Map<String, ModelWish> kept = new ConcurrentHashMap<>();
        final List<CompletableFuture<Void>> held = Collections.synchronizedList(new ArrayList<>());
        volatile int failingWrite;
        final AtomicInteger writes = new AtomicInteger();
        volatile boolean holds;

        @Override
        public CompletionStage<List<ModelWish>> read() {
            return CompletableFuture.completedStage(List.copyOf(kept.values()));
        }

        @Override
        public CompletionStage<Void> write(String name, Rollout rollout) {
            return write(kept.getOrDefault(name, ModelWish.none(name)).with(rollout));
        }

        @Override
        public CompletionStage<Void> write(ModelWish wish) {
            if (writes.incrementAndGet() == failingWrite) {
                return CompletableFuture.failedStage(new IOException("as if"));
            }
            kept.put(wish.name(), wish);
            CompletableFuture<Void> written = new CompletableFuture<>();
            if (holds) {
                held.add(written);
            } else {
                written.complete(null);
            }
            return written;
        }
    }

    @BeforeEach
    void setUp(Vertx vertx, @TempDir Path folder) throws Exception {
        this.vertx = vertx;
        models = folder;
        for (int version = 1; version <= 3; version++) {
            Files.createDirectories(folder.resolve(NAME).resolve(Integer.toString(version)));
        }
        ReferenceCodec.register(vertx.eventBus());
        vertx.eventBus().<ModelNews>consumer(ModelNews.ADDRESS, message -> {
            switch (message.body()) {
                case ModelReport report -> {
                    states.put(report.model().version(), report.state());
                    if (report.description() != null) {
                        batcher = report.description().batcherAddress();
                    }
                }
                case ModelNews.Labels(String name, Map<String, Long> all) -> {
                    labels.clear();
                    labels.putAll(all);
                }
                case ModelNews.Versions versions -> {}
                case ModelNews.Wished(ModelWish wish) -> told.put(wish.name(), wish);
                case ModelNews.Traffic(String name, TrafficPlan now) -> plan = now;
                case ModelNews.Removed removed -> states.remove(removed.model().version());
            }
            if (holdsPlan && message.body() instanceof ModelNews.Traffic) {
                holdsPlan = false;
                heldPlan.complete(message);
            } else if (message.body() instanceof ModelReport report && deafTo.remove(report.state())) {
                message.fail(1, "as if nobody heard it");
            } else {
                message.reply(message.body());
            }
        });
    }

    final Engine engine = new FakeEngine() {

        @Override
        public LoadedModel load(Path modelFile, EngineOptions options) {
            if (!modelFile.startsWith(models.resolve(NAME))) {
                othersLoad.join();
            }
            loadedFrom.add(models.resolve(NAME).relativize(modelFile).getName(0).toString());
            if (modelFile.startsWith(models.resolve(NAME).resolve("3"))) {
                throw new IllegalStateException("broken");
            }
            inMemory.incrementAndGet();
            return new FakeModel(inputs -> inputs) {

                @Override
                public ModelInstance newInstance(int maxBatchRows, long maxMemoryBytes) {
                    instancesMade.incrementAndGet();
                    return super.newInstance(maxBatchRows, maxMemoryBytes);
                }

                @Override
                public void close() {
                    inMemory.decrementAndGet();
                }
            };
        }
    };

    void start(String... more) throws Exception {
        List<Assignment> settings = new ArrayList<>();
        List<String> all = new ArrayList<>(List.of(
                "models=" + models,
                "profile_cache=none",
                "optimized_models.cache=none",
                "control.mode=static",
                "instances=1"));
        Collections.addAll(all, more);
        for (String each : all) {
            int equals = each.indexOf('=');
            settings.add(new Assignment("test", each.substring(0, equals), each.substring(equals + 1)));
        }
        WorkerOptions options =
                Settings.of(WorkerOptions.class).overrides(settings).load();
        Worker.Listeners listeners =
                new Worker.Listeners(BatchListener.NONE, InstanceListener.NONE, SourceListener.NONE);
        Worker worker = new Worker(options, listeners, store, Ticker.SYSTEM, () -> new Engines(List.of(engine)));
        result(vertx.deployVerticle(worker, Worker.deployment()));
    }

    static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    Future<Outcome> later(ModelCommand command) {
        return vertx.eventBus().<Outcome>request(ModelCommand.ADDRESS, command).map(Message::body);
    }

    Outcome told(ModelCommand command) throws Exception {
        return result(later(command));
    }

    ModelWish wish() {
        return told.getOrDefault(NAME, ModelWish.none(NAME));
    }

    ModelWish kept() {
        return store.kept.getOrDefault(NAME, ModelWish.none(NAME));
    }

    void config(String... lines) throws IOException {
        Files.writeString(models.resolve(NAME).resolve("model.yaml"), String.join("\n", lines) + "\n");
    }

    void folder(int version) throws IOException {
        Files.createDirectories(models.resolve(NAME).resolve(Integer.toString(version)));
    }

    /** Version 1 is stable, version 2 on trial, and there is no other. */
    void startTrial(String... more) throws Exception {
        Files.delete(models.resolve(NAME).resolve("3"));
        config("traffic: {candidate: newest}");
        start(more);
        assertEquals(2, plan.candidate());
    }

    void awaitWrite(int index) {
        await(() -> store.held.size() > index);
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "it does not come to that");
            Thread.onSpinWait();
        }
    }
}
