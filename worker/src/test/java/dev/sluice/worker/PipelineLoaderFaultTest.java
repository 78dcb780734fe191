package dev.sluice.worker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.fake.FakeModel;
import dev.sluice.worker.fake.LatchedPlugin;
import dev.sluice.worker.fake.LatchedPlugin.Step;
import dev.sluice.worker.plugin.Plugins;
import dev.sluice.worker.repository.Fingerprint;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.PipelineFile;
import dev.sluice.worker.settings.Settings;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A pipeline that is refused, on a machine whose only thread for files is busy just then. */
class PipelineLoaderFaultTest {

    private static final ModelId WHOLE = new ModelId("whole", 1);
    private static final ModelId STAGE = new ModelId("cat", 1);

    private static final InstanceDeployer.Serving SERVING = new InstanceDeployer.Serving() {
        @Override
        public void failed(String why) {}

        @Override
        public void restored() {}
    };

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setWorkerPoolSize(1));
    private final StageDirectory directory = new StageDirectory();
    private final PipelineThreads threads =
            new PipelineThreads(Settings.of(PipelineOptions.class).load(), InstanceListener.NONE, System::nanoTime);
    private final List<ModelId> tried = new ArrayList<>();

    @TempDir
    private Path folder;

    private Context control;
    private PipelineLoader loader;

    @BeforeEach
    void open() throws Exception {
        Promise<Context> own = Promise.promise();
        VerticleBase verticle = new VerticleBase() {
            @Override
            public Future<?> start() {
                own.complete(context);
                return Future.succeededFuture();
            }
        };
        vertx.deployVerticle(verticle, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD));
        control = result(own.future());
        Signatures known = new Signatures(name -> "", (name, text) -> {});
        loader = new PipelineLoader(
                new PipelineLoader.Means(
                        directory, known, BatchListener.NONE, threads, Duration.ofMillis(100), System::nanoTime),
                control);
        loader.whenWorthAnotherTry(tried::add);
    }

    @AfterEach
    void close() throws Exception {
        threads.close();
        result(vertx.close());
    }

    private static <T> T result(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** Behind all that the control thread has to do. */
    private void there(Runnable work) throws Exception {
        Promise<Void> done = Promise.promise();
        control.runOnContext(here -> {
            work.run();
            control.runOnContext(later -> done.complete());
        });
        result(done.future());
    }

    private void report(ModelId model, ModelState state, @Nullable Description description) throws Exception {
        there(() -> directory.hear(new ModelReport(model, state, description, "why")));
    }

    private Future<Void> load() throws Exception {
        return load("pipeline: {stages: [a = cat(x)], outputs: [b.y]}");
    }

    private Future<Void> load(String config) throws Exception {
        Path settings = folder.resolve("model.yaml");
        Files.writeString(settings, config);
        ModelLocation location = new ModelLocation(WHOLE, folder.resolve("1/model.onnx"), settings, Fingerprint.NONE);
        PipelineFile file = PipelineFile.of(location).orElseThrow();
        ServedModel served = new ServedModel(new Incarnation(WHOLE, 1), new Announcements(vertx.eventBus()));
        Promise<Void> loaded = Promise.promise();
        control.runOnContext(here -> {
            try {
                loader.load(
                        new PipelineLoader.Loading(location, file, served, new ModelLoader.Progress(() -> {}, SERVING)),
                        new StagesToCome(List::of));
                loaded.complete();
            } catch (Exception refused) {
                loaded.fail(refused);
            }
        });
        return loaded.future();
    }

    @Test
    void newsThatComesBeforeItHasFailedIsNotLost() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        report(WHOLE, ModelState.LOADING, null);
        Future<Boolean> taken = vertx.executeBlocking(() -> busy.await(30, TimeUnit.SECONDS), false);
        Future<Void> loading = load();
        there(() -> {});
        report(
                STAGE,
                ModelState.READY,
                new Description("fake", new FakeModel(x -> x).signature(), List.of(), 1, 1, "at"));
        assertEquals(List.of(), tried, "who has not failed is not tried again");
        busy.countDown();
        assertTrue(result(taken));
        assertThrows(ExecutionException.class, () -> result(loading));
        report(WHOLE, ModelState.FAILED, null);
        there(() -> {});
        assertEquals(List.of(WHOLE), tried);
    }

    @Test
    void whatAUsersClassPreparesForItIsNotWaitedForWithoutEnd() throws Exception {
        Path jars = folder.resolve("jars");
        LatchedPlugin.jar(jars);
        try (Plugins plugins = Plugins.in(jars, Duration.ZERO)) {
            loader.with(plugins);
            report(
                    STAGE,
                    ModelState.READY,
                    new Description("fake", new FakeModel(x -> x).signature(), List.of(), 1, 1, "at"));
            Future<Void> loading = load("""
                    pipeline: {stages: [a = cat(x)], outputs: [a.y]}
                    transform: {input: {kind: plugin, plugin: latched, options: {key: pipeline}}}
                    """);
            ExecutionException late = assertThrows(ExecutionException.class, () -> result(loading));
            assertTrue(late.toString().contains("preparing its transform took longer than"), late.toString());
            Step.MAY_PREPARE.of("pipeline").countDown();
            Step.CLOSED.await("pipeline");
            String thread = LatchedPlugin.preparedOn("pipeline");
            assertTrue(thread.contains("sluice-prepare"), "nobody else needs it: " + thread);
        }
    }
}
