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
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.Engine;
import dev.sluice.worker.engine.EngineOptions;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.ModelInstance;
import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.repository.ModelConfig;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.ModelRepository;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import java.io.File;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker side of one node: loads the models of its repository and deploys a batcher and instances for each.
 *
 * <p>Its deployment is complete when every model has been tried; a model that cannot be loaded fails alone.
 *
 * @thread a virtual thread, the control thread, never on the data path; loading and warming up block a thread of Vert.x's
 *     pool meanwhile, so that instances of models that serve already can be replaced
 * @errors deployment fails only when the repository itself cannot be read or there is no engine
 * @owns the loaded models; closed after the threads that run them have ended
 */
public final class Worker extends VerticleBase {

    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);
    private static final int NOT_BATCHED = 1;
    private static final DeliveryOptions LOCAL = new DeliveryOptions().setLocalOnly(true);

    private final WorkerOptions options;
    private final BatchListener batches;
    private final InstanceListener instances;
    private final Ticker ticker;
    private final Supplier<Engine> engines;
    private final DeviceTurns cpu;
    private final List<LoadedModel> loaded = new ArrayList<>();
    private final Map<ModelId, Description> ready = new HashMap<>();
    private Profiles profiles;
    private Fallbacks fallbacks;

    public Worker(WorkerOptions options, BatchListener batches, InstanceListener instances, Ticker ticker) {
        this(options, batches, instances, ticker, OnnxEngine::new);
    }

    Worker(
            WorkerOptions options,
            BatchListener batches,
            InstanceListener instances,
            Ticker ticker,
            Supplier<Engine> engines) {
        this.options = options;
        this.batches = batches;
        this.instances = instances;
        this.ticker = ticker;
        this.engines = engines;
        this.cpu = new DeviceTurns(
                options.cpuRuns() > 0 ? options.cpuRuns() : Runtime.getRuntime().availableProcessors());
    }

    /** How this verticle is to be deployed. */
    public static DeploymentOptions deployment() {
        return new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD);
    }

    @Override
    public Future<?> start() throws IOException {
        List<ModelLocation> locations = new ModelRepository(options.models()).newestVersions();
        Engine engine = engines.get();
        profiles = Profiles.of(options, engine.name() + " " + engine.version());
        fallbacks = new Fallbacks(locations);
        locations.forEach(location -> report(location.model(), ModelState.LOADING, null, ""));
        locations.forEach(location -> serve(engine, location));
        return Future.succeededFuture();
    }

    /** The batchers and instances, deployed from here, have been undeployed before this is called. */
    @Override
    public Future<?> stop() {
        loaded.forEach(LoadedModel::close);
        return Future.succeededFuture();
    }

    private void serve(Engine engine, ModelLocation location) {
        ModelId model = location.model();
        long start = ticker.nanos();
        Deque<Runnable> undo = new ArrayDeque<>();
        try {
            ModelServing serving = ModelServing.of(ModelConfig.read(location.configFile()), options);
            LoadedModel runnable =
                    blocking(() -> engine.load(location.modelFile(), new EngineOptions(serving.intraOpThreads())));
            loaded.add(runnable);
            undo.push(() -> unload(runnable));
            Description description = deploy(location, runnable, serving, undo);
            ready.put(model, description);
            report(model, ModelState.READY, description, "");
            LOG.info(
                    "model {} is ready: {} instances, batches of up to {} rows, loaded in {} ms",
                    model,
                    serving.instances(),
                    Math.max(NOT_BATCHED, description.maxBatchRows()),
                    TimeUnit.NANOSECONDS.toMillis(ticker.nanos() - start));
        } catch (Exception | LinkageError | OutOfMemoryError broken) {
            undo.forEach(Runnable::run);
            LOG.error("model {} cannot be served: {}", model, broken.getMessage());
            report(model, ModelState.FAILED, null, forClients(String.valueOf(broken.getMessage())));
        }
    }

    /** Meanwhile this thread does what else it has to do. */
    private <T> T blocking(Callable<T> work) {
        return vertx.executeBlocking(work).await();
    }

    private void unload(LoadedModel model) {
        loaded.remove(model);
        model.close();
    }

    /** Where the repository lies on this machine is nobody's business. */
    private String forClients(String reason) {
        return reason.replace(options.models().toAbsolutePath() + File.separator, "")
                .replace(options.models() + File.separator, "");
    }

    private Description deploy(
            ModelLocation location, LoadedModel runnable, ModelServing serving, Deque<Runnable> undo) {
        ModelId model = location.model();
        BatchGate gate = gate(model, serving.breaker(), fallbacks.of(location));
        Signature signature = serving.signatureOf(runnable);
        RaggedAxes ragged = RaggedConfig.read(location.configFile(), signature);
        int maxBatchRows = signature.batched() ? serving.maxBatchRows() : NOT_BATCHED;
        InstanceDeployer deployer = new InstanceDeployer(
                model,
                runnable,
                new InstanceOptions(serving.instances(), maxBatchRows, options.batchMemory(), ragged, instances),
                ticker,
                new Reports(model));
        List<Instance> first = new ArrayList<>();
        for (int i = 0; i < serving.instances(); i++) {
            Instance instance = deployer.deploy().await();
            first.add(instance);
            undo.push(() -> vertx.undeploy(instance.deployment()).await());
        }
        BatcherOptions batching = new BatcherOptions(
                serving.policy(maxBatchRows),
                serving.maxQueueRequests(),
                blocking(() -> profile(location, runnable, serving, maxBatchRows)),
                batches,
                serving.preserveOrdering(),
                new ShapeOptions(maxBatchRows, ragged),
                gate);
        InstanceGroup.Members members = new InstanceGroup.Members(first, deployer, options.giveUpAfter());
        String batcher = vertx.deployVerticle(new BatcherVerticle(model, batching, members, stake(serving), ticker))
                .await();
        undo.push(() -> vertx.undeploy(batcher).await());
        List<String> labels = serving.labels().isEmpty() ? runnable.labels() : serving.labels();
        return new Description(
                runnable.platform(),
                signature,
                labels,
                signature.batched() ? maxBatchRows : 0,
                serving.instances(),
                BatcherVerticle.address(model),
                serving.fixed());
    }

    /**
     * Tells the front when a model that was ready has lost its last instance, and when it has one again.
     *
     * @thread control
     */
    private final class Reports implements InstanceDeployer.Serving {

        private final ModelId model;

        Reports(ModelId model) {
            this.model = model;
        }

        @Override
        public void failed(String why) {
            report(model, ModelState.FAILED, null, why);
        }

        @Override
        public void restored() {
            LOG.info("model {} is ready again", model);
            report(model, ModelState.READY, ready.get(model), "");
        }
    }

    private DeviceTurns.Stake stake(ModelServing serving) {
        return new DeviceTurns.Stake(cpu, serving.shareOfCores());
    }

    /** The front learns of each state by a message, sent in the order of the states. */
    private BatchGate gate(ModelId model, BreakerOptions breaker, @Nullable Fallback fallback) {
        if (!breaker.enabled()) {
            return BatchGate.OPEN;
        }
        ModelBreaker.Listener listener = (state, openUntilNanos) -> {
            batches.circuit(model, state);
            vertx.eventBus()
                    .send(CircuitReport.ADDRESS, new CircuitReport(model, state, openUntilNanos, fallback), LOCAL);
        };
        listener.changed(CircuitState.CLOSED, 0);
        return new ModelBreaker(model, breaker, ticker, new SplittableRandom(), listener);
    }

    private List<LatencyPoint> profile(
            ModelLocation location, LoadedModel runnable, ModelServing serving, int maxBatchRows) {
        try (ModelInstance trial = runnable.newInstance(maxBatchRows, options.batchMemory())) {
            WarmUp warmUp = new WarmUp(trial, serving.signatureOf(runnable), new PatientShare(stake(serving)), ticker);
            return profiles.of(location.modelFile(), serving.intraOpThreads(), maxBatchRows, warmUp);
        }
    }

    /** Waits until the report has been taken note of, so that "ready" is true when it is said. */
    private void report(ModelId model, ModelState state, @Nullable Description description, String reason) {
        ModelReport report = new ModelReport(model, state, description, reason);
        vertx.eventBus().request(ModelReport.ADDRESS, report, LOCAL).await();
    }
}
