package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.ModelWish.Memory;
import dev.sluice.worker.contract.SourceListener;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.WishStore;
import dev.sluice.worker.engine.Engine;
import dev.sluice.worker.engine.EngineOptions;
import dev.sluice.worker.engine.LoadedModel;
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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model with the versions 1, 2 and a broken 3, of which 2 is served or tried, and a store that fails now and then. */
@ExtendWith(VertxExtension.class)
class WishesFaultTest {

    private static final String NAME = "echo";

    /** Each changes something. */
    private static final List<ModelCommand> COMMANDS = List.of(
            new ModelCommand.Label(NAME, "stable", 2),
            new ModelCommand.Rollback(NAME),
            new ModelCommand.Unload(NAME),
            new ModelCommand.Load(NAME),
            new ModelCommand.Serve(NAME, List.of("2")),
            new ModelCommand.Reset(NAME));

    private static final String[] WATCHING = {"control.mode=watch", "control.poll=100ms", "control.settle=0s"};

    private final Map<Long, ModelState> states = new ConcurrentHashMap<>();
    private final Map<String, Long> labels = new ConcurrentHashMap<>();
    private final Map<String, ModelWish> told = new ConcurrentHashMap<>();
    private final Store store = new Store();
    private final CompletableFuture<Message<ModelNews>> heldPlan = new CompletableFuture<>();
    private volatile TrafficPlan plan = TrafficPlan.NONE;
    private volatile boolean holdsPlan;
    private final Set<String> loadedFrom = ConcurrentHashMap.newKeySet();
    private Vertx vertx;
    private Path models;

    /**
     * What would be there after the process had been killed.
     *
     * @thread any
     */
    private static final class Store implements WishStore {

        private final Map<String, ModelWish> kept = new ConcurrentHashMap<>();
        private final List<CompletableFuture<Void>> held = Collections.synchronizedList(new ArrayList<>());
        private volatile int failingWrite;
        private final AtomicInteger writes = new AtomicInteger();
        private volatile boolean holds;

        @Override
        public CompletionStage<List<ModelWish>> read() {
            return CompletableFuture.completedStage(List.copyOf(kept.values()));
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
                case ModelReport report -> states.put(report.model().version(), report.state());
                case ModelNews.Labels(String name, Map<String, Long> all) -> {
                    labels.clear();
                    labels.putAll(all);
                }
                case ModelNews.Wished(ModelWish wish) -> told.put(wish.name(), wish);
                case ModelNews.Traffic(String name, TrafficPlan now) -> plan = now;
                case ModelNews.Removed removed -> states.remove(removed.model().version());
            }
            if (holdsPlan && message.body() instanceof ModelNews.Traffic) {
                holdsPlan = false;
                heldPlan.complete(message);
            } else {
                message.reply(message.body());
            }
        });
    }

    private final Engine engine = new Engine() {

        @Override
        public LoadedModel load(Path modelFile, EngineOptions options) {
            loadedFrom.add(models.resolve(NAME).relativize(modelFile).getName(0).toString());
            if (modelFile.startsWith(models.resolve(NAME).resolve("3"))) {
                throw new IllegalStateException("broken");
            }
            return new FakeModel(inputs -> inputs);
        }

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public String version() {
            return "1";
        }
    };

    private void start(String... more) throws Exception {
        List<Assignment> settings = new ArrayList<>();
        List<String> all = new ArrayList<>(
                List.of("models=" + models, "profile_cache=none", "control.mode=static", "instances=1"));
        Collections.addAll(all, more);
        for (String each : all) {
            int equals = each.indexOf('=');
            settings.add(new Assignment("test", each.substring(0, equals), each.substring(equals + 1)));
        }
        WorkerOptions options =
                Settings.of(WorkerOptions.class).overrides(settings).load();
        Worker.Listeners listeners =
                new Worker.Listeners(BatchListener.NONE, InstanceListener.NONE, SourceListener.NONE);
        Worker worker = new Worker(options, listeners, store, Ticker.SYSTEM, () -> engine);
        result(vertx.deployVerticle(worker, Worker.deployment()));
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private Future<Outcome> later(ModelCommand command) {
        return vertx.eventBus().<Outcome>request(ModelCommand.ADDRESS, command).map(Message::body);
    }

    private Outcome told(ModelCommand command) throws Exception {
        return result(later(command));
    }

    private ModelWish wish() {
        return told.getOrDefault(NAME, ModelWish.none(NAME));
    }

    private ModelWish kept() {
        return store.kept.getOrDefault(NAME, ModelWish.none(NAME));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void whatCannotBeKeptIsRefusedAndChangesNothing(int failing) throws Exception {
        Files.delete(models.resolve(NAME).resolve("3"));
        start();
        store.failingWrite = failing;
        for (ModelCommand command : COMMANDS) {
            ModelWish wishBefore = wish();
            Map<Long, ModelState> statesBefore = Map.copyOf(states);
            Map<String, Long> labelsBefore = Map.copyOf(labels);
            Outcome outcome = told(command);
            if (command.equals(COMMANDS.get(failing - 1))) {
                assertInstanceOf(InferenceError.NotKept.class, outcome.refusal());
                assertEquals(wishBefore, wish());
                assertEquals(wishBefore, kept());
                assertEquals(statesBefore, states);
                assertEquals(labelsBefore, labels);
                outcome = told(command);
            }
            assertNull(outcome.refusal(), command + ": " + outcome);
            assertEquals(wish(), kept());
        }
        assertTrue(wish().saysNothing());
        assertEquals(Map.of(1L, ModelState.UNLOADED, 2L, ModelState.READY), states);
        assertEquals(Map.of(), labels);
    }

    @Test
    void whatIsRefusedIsTakenBackFromTheStore() throws Exception {
        Files.writeString(models.resolve(NAME).resolve("model.yaml"), "versions: [1, 2]\n");
        start();
        assertNull(told(new ModelCommand.Serve(NAME, List.of("2"))).refusal());
        Outcome broken = told(new ModelCommand.Serve(NAME, List.of("3")));
        assertInstanceOf(InferenceError.ModelNotReady.class, broken.refusal());
        assertEquals(List.of("2"), kept().versions());
        assertEquals(3, store.writes.get());
        assertEquals(ModelState.READY, states.get(2L));
    }

    @Test
    void aStoreThatCouldNotBeToldOfARefusalIsToldWithTheNextWord() throws Exception {
        Files.writeString(models.resolve(NAME).resolve("model.yaml"), "versions: [1, 2]\n");
        start();
        store.failingWrite = 2;
        told(new ModelCommand.Serve(NAME, List.of("3")));
        assertEquals(List.of("3"), kept().versions(), "the store has failed at the wrong moment");
        assertEquals(List.of(), wish().versions());
        assertEquals(ModelState.READY, states.get(2L));
        assertNull(told(new ModelCommand.Serve(NAME, List.of())).refusal());
        assertEquals(List.of(), kept().versions(), "although that changes nothing here");
    }

    @Test
    void whatWasKeptHoldsFromTheStart() throws Exception {
        ModelWish wish = ModelWish.none(NAME).serving(List.of("1")).labelled("stable", 1);
        store.kept.put(NAME, wish);
        store.kept.put("gone", ModelWish.none("gone").with(Memory.UNLOADED));
        start();
        assertEquals(ModelState.READY, states.get(1L));
        assertEquals(ModelState.UNLOADED, states.get(2L));
        assertEquals(Map.of("stable", 1L), labels);
        assertEquals(wish, wish());
        assertEquals(0, store.writes.get());
        assertNull(told(new ModelCommand.Reset("gone")).refusal(), "of a model that is not there any more");
        assertTrue(store.kept.get("gone").saysNothing());
        assertInstanceOf(
                InferenceError.UnknownModel.class,
                told(new ModelCommand.Reset("gone")).refusal());
    }

    @Test
    void whatMakesNoSenseStopsTheStart() {
        store.kept.put(NAME, ModelWish.none(NAME).serving(List.of("the best")));
        ExecutionException failed = assertThrows(ExecutionException.class, this::start);
        assertTrue(failed.toString().contains(NAME) && failed.toString().contains("the best"), failed.toString());
    }

    @Test
    void wordsThatComeTogetherAreAllKept() throws Exception {
        Files.writeString(models.resolve(NAME).resolve("model.yaml"), "versions: [1, 2]\n");
        start();
        store.holds = true;
        List<Future<Outcome>> outcomes = new ArrayList<>();
        for (String label : List.of("a", "b", "c")) {
            outcomes.add(later(new ModelCommand.Label(NAME, label, 1)));
        }
        for (int i = 0; i < outcomes.size(); i++) {
            awaitWrite(i);
            assertFalse(outcomes.get(i).isComplete(), "nothing is confirmed that is not kept");
            store.held.get(i).complete(null);
            assertNull(result(outcomes.get(i)).refusal());
        }
        assertEquals(Map.of("a", 1L, "b", 1L, "c", 1L), kept().labels());
    }

    private void config(String... lines) throws IOException {
        Files.writeString(models.resolve(NAME).resolve("model.yaml"), String.join("\n", lines) + "\n");
    }

    private void folder(int version) throws IOException {
        Files.createDirectories(models.resolve(NAME).resolve(Integer.toString(version)));
    }

    /** Version 1 is stable, version 2 on trial, and there is no other. */
    private void startTrial(String... more) throws Exception {
        Files.delete(models.resolve(NAME).resolve("3"));
        config("traffic: {candidate: newest}");
        start(more);
        assertEquals(2, plan.candidate());
    }

    @Test
    void whoWasSentAwayIsNotRolledBackTo() throws Exception {
        startTrial();
        assertNull(told(new ModelCommand.Reject(NAME, 2, "it fails")).refusal());
        folder(4);
        assertNull(told(new ModelCommand.Serve(NAME, List.of("4"))).refusal());
        assertNull(told(new ModelCommand.Rollback(NAME)).refusal());
        assertEquals(List.of("1"), kept().versions());
        assertEquals(ModelState.READY, states.get(1L));
    }

    @Test
    void aRefusedTrialLeavesWhoWasSentAwayAway() throws Exception {
        startTrial();
        told(new ModelCommand.Reject(NAME, 2, "it fails"));
        folder(3);
        Outcome refused = told(new ModelCommand.Traffic(NAME, "candidate: 3"));
        assertInstanceOf(InferenceError.ModelNotReady.class, refused.refusal());
        assertEquals(Set.of(2L), plan.rejected().keySet());
        assertEquals(1, plan.stable());
        await(() -> states.get(2L) == ModelState.UNLOADED);
    }

    @Test
    void aBrokenVersionThatNobodyTriesIsNoReasonToRefuse() throws Exception {
        config("versions: all");
        start();
        assertEquals(ModelState.FAILED, states.get(3L));
        assertNull(told(new ModelCommand.Traffic(NAME, "candidate: 2")).refusal());
        assertEquals(2, plan.candidate());
        Outcome sentAway = told(new ModelCommand.Reject(NAME, 2, "it fails"));
        assertNull(sentAway.refusal(), sentAway.toString());
        assertTrue(sentAway.message().contains("version 2 is sent away; serving: 1"), sentAway.message());
        assertNull(told(new ModelCommand.Reset(NAME)).refusal());
        assertEquals(TrafficPlan.NONE, plan);
    }

    @Test
    void whoIsOvertakenWhileItsPromotionIsBeingKeptDoesNotTakeOver() throws Exception {
        startTrial(WATCHING);
        store.holds = true;
        Future<Outcome> promoted = later(new ModelCommand.Promote(NAME, 2, "it has held"));
        awaitWrite(0);
        folder(4);
        await(() -> plan.candidate() == 4);
        store.holds = false;
        store.held.getFirst().complete(null);
        assertInstanceOf(InferenceError.InvalidRequest.class, result(promoted).refusal());
        assertTrue(kept().saysNothing());
        assertEquals(1, plan.stable());
    }

    @Test
    void whoIsSentAwayWhileALookTellsOfItIsNotLoaded() throws Exception {
        startTrial(WATCHING);
        holdsPlan = true;
        folder(4);
        Message<ModelNews> told = heldPlan.get(30, TimeUnit.SECONDS);
        Future<Outcome> sentAway = later(new ModelCommand.Reject(NAME, 4, "it fails"));
        for (int i = 0; i < 100; i++) { // so that the rejection has come as far as it can
            result(vertx.eventBus().request(ModelNews.ADDRESS, new ModelNews.Labels("other", Map.of())));
        }
        told.reply(told.body());
        assertNull(result(sentAway).refusal());
        told(new ModelCommand.Label(NAME, "none", 7));
        assertEquals(Set.of(4L), plan.rejected().keySet());
        assertFalse(loadedFrom.contains("4"), "by the plan of before");
    }

    private void awaitWrite(int index) {
        await(() -> store.held.size() > index);
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - end < 0, "it does not come to that");
            Thread.onSpinWait();
        }
    }
}
