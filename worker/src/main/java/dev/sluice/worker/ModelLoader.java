package dev.sluice.worker;

import dev.sluice.worker.batch.BatchGate;
import dev.sluice.worker.batch.BatchPolicy;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.RaggedAxes;
import dev.sluice.worker.batch.ShapeOptions;
import dev.sluice.worker.breaker.BreakerOptions;
import dev.sluice.worker.breaker.ModelBreaker;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.CircuitReport;
import dev.sluice.worker.contract.CircuitReport.Fallback;
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
import dev.sluice.worker.plugin.Plugins;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
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

    /** For models that are closed, and in place of threads that hang. */
    private static final int SPARE_THREADS = 8;

    private static final long TRIM_AFTER_MILLIS = 500;

    /** Told of what happens to models. */
    record Listeners(BatchListener batches, InstanceListener instances) {}

    private final WorkerOptions options;
    private final Listeners listeners;
    private final Ticker ticker;
    private final Engines engines;
    private final GroupLoader groups;
    private final Announcements announcements;
    private final Vertx vertx;
    private final WorkerExecutor loading;
    private final LoadingSlots slots;
    private final Signatures signatures;
    private final Fetching fetching;
    private final PipelineLoader pipelines;
    private StagesToCome stagesToCome = new StagesToCome(List::of);
    private Plugins plugins = Plugins.NONE;
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
        this.vertx = means.vertx;
        this.announcements = new Announcements(vertx.eventBus());
        this.slots = new LoadingSlots(options.control().threads());
        this.loading = vertx.createSharedWorkerExecutor(
                "sluice.loading", options.control().threads() + SPARE_THREADS, 1, TimeUnit.HOURS);
        this.groups = new GroupLoader(options, loading, ticker);
    }

    /** Has versions find what they ask for among these. */
    ModelLoader with(Plugins ofUsers) {
        plugins = ofUsers;
        return this;
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
     * @param mostInstances how many are enough in a group; who is to have more than its files say is given them when it
     *     serves, so that it serves even where they cannot be had
     */
    record Wish(@Nullable Fallback fallback, ToIntFunction<String> mostInstances) {}

    /**
     * Loads a version, whose files are here.
     *
     * @param wish who answers while its circuit is open, and how many instances are enough
     * @param known by group, how long its batches take, if it has been here before and its files are the same; then nobody waits for
     *     that to be measured
     * @throws Exception with a message for people, when it cannot be served
     */
    ServedModel load(ModelLocation location, Wish wish, Map<String, List<LatencyPoint>> known, Progress progress)
            throws Exception {
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
            Map<String, List<LatencyPoint>> known,
            Progress progress,
            ServedModel served) {}

    private void load(Loading version) throws Exception {
        long start = ticker.nanos();
        Path configFile = version.location.configFile();
        ModelServing serving = blocking(
                () -> ModelServing.of(ModelConfig.read(configFile), options).withAtMost(version.wish.mostInstances));
        TritonConfig triton = blocking(() -> TritonConfig.beside(configFile));
        triton.check(version.location.modelFile());
        List<GroupLoader.Group> there = new ArrayList<>();
        GroupLoader.Model model =
                new GroupLoader.Model(version.engine, version.location.modelFile(), serving, version.known);
        for (ModelServing.Group group : serving.groups()) {
            LoadedModel runnable = groups.read(group, model, this::closing);
            version.served.onClose(() -> closing(runnable));
            there.add(new GroupLoader.Group(group, runnable));
        }
        LoadedModel runnable = there.getFirst().runnable();
        version.progress.warming.run();
        triton.check(runnable.signature());
        Set<String> remarks = new LinkedHashSet<>(triton.remarks());
        there.forEach(group -> remarks.addAll(group.runnable().remarks()));
        signatures.change(version.location.model(), runnable.signature()).ifPresent(change -> {
            if (serving.tests().sameSignature()) {
                throw new IllegalStateException(change + " (same_signature in its model.yaml)");
            }
            remarks.add(change);
        });
        Description description = deploy(version, model, there, remarks);
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

    private Description deploy(
            Loading version, GroupLoader.Model model, List<GroupLoader.Group> there, Set<String> remarks)
            throws Exception {
        ModelServing serving = model.serving();
        Signature signature = serving.signatureOf(there.getFirst().runnable());
        RaggedAxes ragged = blocking(() -> RaggedConfig.read(version.location.configFile(), signature));
        DeclaredTransform transform =
                DeclaredTransform.within(DeclaredTransform.PREPARING, version.location, signature, plugins);
        version.served.onClose(() -> loading.executeBlocking(Executors.callable(transform::close), false));
        ShapeOptions shapes = new ShapeOptions(signature.batched() ? serving.maxBatchRows() : NOT_BATCHED, ragged);
        BatchPolicy policy = serving.policy(shapes.maxPieceRows());
        Map<String, List<LatencyPoint>> measured = new HashMap<>();
        for (GroupLoader.Group group : there) {
            measured.put(group.name(), groups.rehearse(group, model, shapes.maxPieceRows()));
        }
        OutputWatch outputs = blocking(() -> serving.drift().watch(model.file(), signature, remarks::add));
        List<DeviceGroups.Made> made = made(version, serving, there, shapes, measured);
        BatcherOptions batching = new BatcherOptions(
                policy,
                serving.maxQueueRequests(),
                List.of(),
                listeners.batches,
                serving.preserveOrdering(),
                shapes,
                BatchGate.OPEN);
        Incarnation incarnation = version.served.incarnation();
        String batcher = vertx.deployVerticle(new BatcherVerticle(incarnation, batching, made, ticker)
                        .watching(outputs, options.drift().reportEvery())
                        .noting(version.served.usage()))
                .await();
        version.served.onClose(() -> vertx.undeploy(batcher));
        Description description = describe(incarnation, there, serving, transform, remarks);
        version.served.describe(description, serving.rest(), measured);
        return description;
    }

    private List<DeviceGroups.Made> made(
            Loading version,
            ModelServing serving,
            List<GroupLoader.Group> there,
            ShapeOptions shapes,
            Map<String, List<LatencyPoint>> measured) {
        Incarnation incarnation = version.served.incarnation();
        GroupsServing canServe = new GroupsServing(version.progress.serving, there.size());
        GroupCircuits circuits = circuits(incarnation, serving.breaker(), version.wish.fallback);
        List<DeviceGroups.Made> made = new ArrayList<>();
        for (GroupLoader.Group group : there) {
            InstanceOptions instances = new InstanceOptions(
                    group.name(),
                    group.serving().instances(),
                    shapes.maxPieceRows(),
                    options.batchMemory(),
                    shapes.ragged(),
                    listeners.instances);
            InstanceDeployer deployer =
                    new InstanceDeployer(incarnation, group.runnable(), instances, ticker, canServe.of(group.name()));
            version.served.onClose(deployer::close);
            GroupCircuits.Member circuit = circuits.next(there.size() > 1 ? group.name() : "");
            made.add(new DeviceGroups.Made(
                    group.name(),
                    new InstanceGroup.Members(deployed(deployer, instances), deployer, options.giveUpAfter()),
                    groups.stake(group, there, serving),
                    measured.getOrDefault(group.name(), List.of()),
                    gate(incarnation, serving.breaker(), circuit),
                    circuit));
        }
        return made;
    }

    private static List<Instance> deployed(InstanceDeployer deployer, InstanceOptions options) {
        List<Instance> first = new ArrayList<>();
        for (int i = 0; i < options.instances(); i++) {
            first.add(deployer.deploy().await());
        }
        return first;
    }

    private static Description describe(
            Incarnation incarnation,
            List<GroupLoader.Group> there,
            ModelServing serving,
            DeclaredTransform transform,
            Set<String> remarks) {
        LoadedModel runnable = there.getFirst().runnable();
        Signature signature = serving.signatureOf(runnable);
        return new Description(
                runnable.platform(),
                signature,
                transform.labels(serving.labels().isEmpty() ? runnable.labels() : serving.labels()),
                signature.batched() ? serving.maxBatchRows() : 0,
                there.stream().map(GroupLoader.Group::described).toList(),
                incarnation.batcherAddress(),
                serving.fixed(),
                transform.values(),
                List.copyOf(remarks),
                serving.cacheTtl().toNanos(),
                runnable.optimizedBefore());
    }

    private GroupCircuits circuits(Incarnation incarnation, BreakerOptions breaker, @Nullable Fallback fallback) {
        if (!breaker.enabled()) {
            return new GroupCircuits((state, openUntilNanos) -> {});
        }
        ModelId model = incarnation.model();
        String batcher = incarnation.batcherAddress();
        return new GroupCircuits((state, openUntilNanos) -> {
            listeners.batches.circuit(model, state);
            announcements.circuit(new CircuitReport(model, batcher, state, openUntilNanos, fallback));
        });
    }

    private BatchGate gate(Incarnation incarnation, BreakerOptions breaker, GroupCircuits.Member circuit) {
        return breaker.enabled()
                ? new ModelBreaker(incarnation.model(), breaker, ticker, new SplittableRandom(), circuit)
                : BatchGate.OPEN;
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
