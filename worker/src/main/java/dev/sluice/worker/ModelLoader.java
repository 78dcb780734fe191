package dev.sluice.worker;

import dev.sluice.worker.batch.BatchGate;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.batch.DeviceTurns;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.PatientShare;
import dev.sluice.worker.batch.RaggedAxes;
import dev.sluice.worker.batch.ShapeOptions;
import dev.sluice.worker.breaker.BreakerOptions;
import dev.sluice.worker.breaker.ModelBreaker;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.CircuitReport;
import dev.sluice.worker.contract.CircuitReport.Fallback;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.drift.OutputWatch;
import dev.sluice.worker.engine.Engine;
import dev.sluice.worker.engine.Engines;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelInstance;
import dev.sluice.worker.engine.Placement;
import dev.sluice.worker.repository.ModelConfig;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.PipelineFile;
import dev.sluice.worker.repository.TritonConfig;
import dev.sluice.worker.source.ModelSources;
import dev.sluice.worker.source.SourceException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a model version from its files into memory and to life: reads it, warms it up, looks whether it answers as it
 * should, and deploys its batcher and instances.
 *
 * @thread the control thread, which goes on with other things meanwhile; what blocks runs on loading threads
 * @bound as many models at one time as there are loading threads
 * @owns nothing: what it has made belongs to the {@link ServedModel} that it gives, or is gone when it fails
 */
final class ModelLoader implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelLoader.class);
    private static final int NOT_BATCHED = 1;
    private static final Duration READING = Duration.ofMinutes(10);

    /** Beside the warm-up's budget: the first run of a heavy model, its golden samples, turns of other models. */
    private static final Duration REHEARSAL = Duration.ofMinutes(1);

    /** For models that are closed, and in place of threads that hang. */
    private static final int SPARE_THREADS = 8;

    private static final long TRIM_AFTER_MILLIS = 500;

    /** One computes while another is copied there. */
    private static final int RUNS_OF_A_GPU = 2;

    /** Told of what happens to models. */
    record Listeners(BatchListener batches, InstanceListener instances) {}

    private final WorkerOptions options;
    private final Listeners listeners;
    private final Ticker ticker;
    private final Engines engines;
    private final Profiles profiles;
    private final Map<String, DeviceTurns> devices = new HashMap<>();
    private final Announcements announcements;
    private final Vertx vertx;
    private final WorkerExecutor loading;
    private final LoadingSlots slots;
    private final Signatures signatures;
    private final Fetching fetching;
    private final PipelineLoader pipelines;
    private StagesToCome stagesToCome = new StagesToCome(List::of);
    private long incarnations;
    private boolean trimIsDue;

    /** What brings models here, and runs them. */
    record Means(Ticker ticker, Engines engines, Fetching fetching, PipelineLoader pipelines, Vertx vertx) {}

    ModelLoader(WorkerOptions options, Listeners listeners, Signatures signatures, Means means) {
        this.options = options;
        this.listeners = listeners;
        this.signatures = signatures;
        this.ticker = means.ticker;
        this.engines = means.engines;
        this.fetching = means.fetching;
        this.pipelines = means.pipelines;
        this.profiles = Profiles.of(options);
        int cores = Runtime.getRuntime().availableProcessors();
        devices.put(Placement.CPU_DEVICE, new DeviceTurns(options.cpuRuns() > 0 ? options.cpuRuns() : cores));
        this.vertx = means.vertx;
        this.announcements = new Announcements(vertx.eventBus());
        this.slots = new LoadingSlots(options.control().threads());
        this.loading = vertx.createSharedWorkerExecutor(
                "sluice.loading", options.control().threads() + SPARE_THREADS, 1, TimeUnit.HOURS);
    }

    /** Has pipelines wait for what is wanted in memory. */
    ModelLoader among(StagesToCome wanted) {
        stagesToCome = wanted;
        return this;
    }

    /**
     * What is heard while a version is loaded and afterwards.
     *
     * @param warming when it is in memory
     * @param serving when its last instance has been lost, or one is back
     */
    record Progress(Runnable warming, InstanceDeployer.Serving serving) {}

    /**
     * What is said of a version by others than its files.
     *
     * @param fallback who answers while its circuit is open
     * @param mostInstances how many are enough; who is to have more than its files say is given them when it serves, so
     *     that it serves even where they cannot be had
     */
    record Wish(@Nullable Fallback fallback, int mostInstances) {}

    /**
     * Loads a version, whose files are here.
     *
     * @param wish who answers while its circuit is open, and how many instances are enough
     * @param known how long its batches take, if it has been here before and its files are the same; then nobody waits for
     *     that to be measured
     * @throws Exception with a message for people, when it cannot be served
     */
    ServedModel load(ModelLocation location, Wish wish, List<LatencyPoint> known, Progress progress) throws Exception {
        ServedModel served = new ServedModel(new Incarnation(location.model(), ++incarnations), announcements);
        try {
            Optional<PipelineFile> pipeline = blocking(() -> PipelineFile.of(location));
            if (pipeline.isPresent()) { // in no slot, for it waits for who needs one
                pipelines.load(new PipelineLoader.Loading(location, pipeline.get(), served, progress), stagesToCome);
                return served;
            }
            slots.take();
            try {
                long start = ticker.nanos();
                load(new Loading(location, engines.of(location.modelFile()), wish, known, progress, served));
                served.loaded(start, ticker.nanos());
            } finally {
                slots.giveBack();
            }
            return served;
        } catch (Throwable broken) { // whatever it is, nothing of it may stay behind
            served.close();
            throw broken;
        }
    }

    /**
     * Returns when the files of a version are where they can be read; nobody waits for a place meanwhile.
     *
     * @param told hears how far they are, and says whether they are still wanted
     */
    void bringHere(KeptVersion version, Predicate<String> told) throws SourceException {
        ModelSource source = version.tried.source();
        if (source != null && !version.hasFilesOf(source)) {
            Optional<ModelSources.Fetched> there = blocking(() -> fetching.there(source));
            version.keep(there.isPresent() ? there.get() : fetching.fetch(version.model(), source, told));
        }
    }

    /** What is known of it from the beginning. */
    private record Loading(
            ModelLocation location,
            Engine engine,
            Wish wish,
            List<LatencyPoint> known,
            Progress progress,
            ServedModel served) {}

    private void load(Loading version) throws Exception {
        long start = ticker.nanos();
        Path configFile = version.location.configFile();
        ModelServing serving = blocking(
                () -> ModelServing.of(ModelConfig.read(configFile), options).withAtMost(version.wish.mostInstances));
        TritonConfig triton = blocking(() -> TritonConfig.beside(configFile));
        triton.check(version.location.modelFile());
        Future<LoadedModel> reading = loading.executeBlocking(
                () -> version.engine.load(version.location.modelFile(), serving.engineOptions()), false);
        LoadedModel runnable = orGiveUp(reading, READING, "reading its file", () -> reading.onSuccess(this::closing));
        version.served.onClose(() -> closing(runnable));
        version.progress.warming.run();
        triton.check(runnable.signature());
        List<String> remarks = new ArrayList<>(triton.remarks());
        remarks.addAll(runnable.remarks());
        signatures.change(version.location.model(), runnable.signature()).ifPresent(change -> {
            if (serving.tests().sameSignature()) {
                throw new IllegalStateException(change + " (same_signature in its model.yaml)");
            }
            remarks.add(change);
        });
        Description description = deploy(version, runnable, serving, remarks);
        remarks.forEach(remark -> LOG.warn("model {}: {}", version.location.model(), remark));
        Incarnation incarnation = version.served.incarnation();
        signatures.serves(incarnation, runnable.signature(), serving.tests().sameSignature());
        version.served.onClose(() -> signatures.isGone(incarnation));
        LOG.info(
                "model {} is ready: {} instances, batches of up to {} rows, loaded in {} ms{}",
                version.location.model(),
                serving.instances(),
                Math.max(NOT_BATCHED, description.maxBatchRows()),
                TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - start),
                runnable.optimizedBefore() ? " as it was optimised before" : "");
    }

    /** Meanwhile the control thread does what else it has to do. */
    private <T> T blocking(Callable<T> work) {
        return loading.executeBlocking(work, false).await();
    }

    private Description deploy(Loading version, LoadedModel runnable, ModelServing serving, List<String> remarks) {
        Signature signature = serving.signatureOf(runnable);
        RaggedAxes ragged = blocking(() -> RaggedConfig.read(version.location.configFile(), signature));
        DeclaredTransform transform = blocking(() -> DeclaredTransform.read(version.location, signature));
        int maxBatchRows = signature.batched() ? serving.maxBatchRows() : NOT_BATCHED;
        List<LatencyPoint> profile = rehearse(version, runnable, serving, maxBatchRows);
        OutputWatch outputs =
                blocking(() -> serving.drift().watch(version.location.modelFile(), signature, remarks::add));
        Incarnation incarnation = version.served.incarnation();
        InstanceDeployer deployer = new InstanceDeployer(
                incarnation,
                runnable,
                new InstanceOptions(
                        serving.instances(), maxBatchRows, options.batchMemory(), ragged, listeners.instances),
                ticker,
                version.progress.serving);
        version.served.onClose(deployer::close);
        List<Instance> first = new ArrayList<>();
        for (int i = 0; i < serving.instances(); i++) {
            first.add(deployer.deploy().await());
        }
        BatcherOptions batching = new BatcherOptions(
                serving.policy(maxBatchRows),
                serving.maxQueueRequests(),
                profile,
                listeners.batches,
                serving.preserveOrdering(),
                new ShapeOptions(maxBatchRows, ragged),
                gate(incarnation, serving.breaker(), version.wish.fallback));
        InstanceGroup.Members members = new InstanceGroup.Members(first, deployer, options.giveUpAfter());
        String batcher = vertx.deployVerticle(
                        new BatcherVerticle(incarnation, batching, members, stake(runnable, serving), ticker)
                                .watching(outputs, options.drift().reportEvery())
                                .noting(version.served.usage()))
                .await();
        version.served.onClose(() -> vertx.undeploy(batcher));
        Description description = describe(incarnation, runnable, serving, transform, remarks);
        version.served.describe(description, serving.rest(), profile);
        return description;
    }

    private static Description describe(
            Incarnation incarnation,
            LoadedModel runnable,
            ModelServing serving,
            DeclaredTransform transform,
            List<String> remarks) {
        Signature signature = serving.signatureOf(runnable);
        return new Description(
                runnable.platform(),
                signature,
                transform.labels(serving.labels().isEmpty() ? runnable.labels() : serving.labels()),
                signature.batched() ? serving.maxBatchRows() : 0,
                serving.instances(),
                incarnation.batcherAddress(),
                serving.fixed(),
                transform.values(),
                remarks,
                runnable.device(),
                serving.cacheTtl().toNanos(),
                runnable.optimizedBefore());
    }

    private DeviceTurns.Stake stake(LoadedModel runnable, ModelServing serving) {
        DeviceTurns device = devices.computeIfAbsent(runnable.device(), gpu -> new DeviceTurns(RUNS_OF_A_GPU));
        return new DeviceTurns.Stake(device, serving.shareOfCores());
    }

    private BatchGate gate(Incarnation incarnation, BreakerOptions breaker, @Nullable Fallback fallback) {
        if (!breaker.enabled()) {
            return BatchGate.OPEN;
        }
        ModelId model = incarnation.model();
        String batcher = incarnation.batcherAddress();
        ModelBreaker.Listener listener = (state, openUntilNanos) -> {
            listeners.batches.circuit(model, state);
            announcements.circuit(new CircuitReport(model, batcher, state, openUntilNanos, fallback));
        };
        listener.changed(CircuitState.CLOSED, 0);
        return new ModelBreaker(model, breaker, ticker, new SplittableRandom(), listener);
    }

    private List<LatencyPoint> rehearse(Loading version, LoadedModel runnable, ModelServing serving, int rows) {
        Path modelFile = version.location.modelFile();
        Profiles byEngine = profiles.by(version.engine.name() + " " + version.engine.version());
        Profiles known = serving.placement().equals(Placement.CPU)
                ? byEngine
                : byEngine.on(serving.placement() + ", run on " + runnable.device());
        ModelInstance trial = blocking(() -> runnable.newInstance(rows, options.batchMemory()));
        PatientShare place = new PatientShare(stake(runnable, serving));
        Rehearsal rehearsal = new Rehearsal(
                trial, new WarmUp(trial, serving.signatureOf(runnable), place, ticker), place, serving.tests());
        Future<List<LatencyPoint>> measured = loading.executeBlocking(
                () -> rehearsal.play(
                        modelFile,
                        warmUp -> version.known.isEmpty()
                                ? known.of(modelFile, serving.intraOpThreads(), rows, warmUp)
                                : version.known),
                false);
        measured.onComplete(over -> trial.close());
        Duration patience = options.warmUpBudget().plus(REHEARSAL);
        return orGiveUp(measured, patience, "running it for the first time", trial::terminate);
    }

    /** A thread that hangs is left behind; others go on. */
    private static <T> T orGiveUp(Future<T> work, Duration patience, String doing, Runnable giveUp) {
        try {
            return work.timeout(patience.toMillis(), TimeUnit.MILLISECONDS).await();
        } catch (Exception failure) { // a TimeoutException comes from where the compiler cannot see it
            if (failure instanceof TimeoutException) {
                giveUp.run();
                throw new IllegalStateException(doing + " took longer than " + patience.toSeconds() + " s", failure);
            }
            throw failure;
        }
    }

    private Future<?> closing(LoadedModel runnable) {
        return loading.executeBlocking(
                        () -> {
                            runnable.close();
                            return runnable;
                        },
                        false)
                .onSuccess(closed -> trimSoon());
    }

    /** Once for all that are closed by then. */
    private void trimSoon() {
        if (!trimIsDue) {
            trimIsDue = true;
            vertx.setTimer(TRIM_AFTER_MILLIS, due -> {
                trimIsDue = false;
                loading.executeBlocking(NativeHeap::trim, false);
            });
        }
    }

    @Override
    public void close() {
        loading.close();
    }
}
