package dev.sluice.worker;

import dev.sluice.worker.StageDirectory.Bound;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelReport.FixedBatching;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.pipeline.Pipeline;
import dev.sluice.worker.pipeline.PipelineFaults;
import dev.sluice.worker.pipeline.PipelinePlan;
import dev.sluice.worker.pipeline.StageModel;
import dev.sluice.worker.pipeline.StageSpec;
import dev.sluice.worker.plugin.Plugins;
import dev.sluice.worker.repository.ModelConfig;
import dev.sluice.worker.repository.ModelConfig.Batching;
import dev.sluice.worker.repository.ModelLocation;
import dev.sluice.worker.repository.PipelineFile;
import dev.sluice.worker.repository.TritonConfig;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a pipeline to life when its stages are, and keeps it in step with them: each stage is asked of whoever answers
 * for its model now, and without one of them the pipeline is not ready.
 *
 * <p>A pipeline that cannot be served for want of a stage, or because two do not fit together, is tried again when it
 * may be otherwise.
 *
 * @thread the control thread; files are read on threads that may wait, and a user's own class prepares on one of its own
 * @bound one listener for each pipeline in memory, one entry for each that failed
 */
final class PipelineLoader {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineLoader.class);

    private static final String PLATFORM = "ensemble";

    /** News may say nothing of what has just been taken out of the repository. */
    private static final long LOOK_SECONDS = 1;

    private final Means means;
    private final StageDirectory directory;
    private final Signatures known;
    private final Vertx vertx;
    private final Context control;

    /** Of those that failed, what their stages' models were like then. */
    private final Map<ModelId, Failed> failed = new HashMap<>();

    private Plugins plugins = Plugins.NONE;
    private Consumer<ModelId> again = model -> {};

    private record Failed(List<StageModel> stages, Map<StageModel, StageSpec> with) {}

    /**
     * What all pipelines have together.
     *
     * @param preparing longest that a user's own class may take for it
     */
    record Means(
            StageDirectory directory,
            Signatures known,
            BatchListener listener,
            PipelineThreads threads,
            Duration preparing,
            Ticker ticker) {}

    /** To be made on the control thread. */
    PipelineLoader(Means means, Context control) {
        this.means = means;
        this.directory = means.directory;
        this.known = means.known;
        this.control = control;
        this.vertx = control.owner();
        directory.listen(this::look);
    }

    /** Has versions find what they ask for among these. */
    PipelineLoader with(Plugins ofUsers) {
        plugins = ofUsers;
        return this;
    }

    /** Has that called for each pipeline that failed and may not fail now. */
    void whenWorthAnotherTry(Consumer<ModelId> retry) {
        again = retry;
    }

    /** A version whose pipeline has been read. */
    record Loading(ModelLocation location, PipelineFile file, ServedModel served, ModelLoader.Progress progress) {

        ModelId model() {
            return location.model();
        }
    }

    /**
     * Returns when it is ready to take requests.
     *
     * @param among all that is wanted in memory
     * @throws Exception with a message for people
     */
    void load(Loading version, StagesToCome among) throws Exception {
        PipelineFaults faults = new PipelineFaults();
        Pipeline pipeline = version.file.read(faults);
        if (faults.isEmpty()) {
            List<ModelLocation> all = among.all();
            vertx.executeBlocking(
                            () -> {
                                StagesToCome.check(version.model(), pipeline, all, faults);
                                return faults;
                            },
                            false)
                    .await();
        }
        if (!faults.isEmpty()) {
            throw refused(version, pipeline, faults);
        }
        awaitStages(version, pipeline, among);
        version.progress.warming().run();
        PipelineVerticle.Binding binding = bind(version, pipeline);
        Description description = describe(version, binding.plan());
        PipelineVerticle verticle = new PipelineVerticle(
                version.served.incarnation(), binding, means.listener, means.threads, means.ticker);
        String deployment = vertx.deployVerticle(verticle).await();
        version.served.onClose(() -> vertx.undeploy(deployment));
        Keeping keeping = new Keeping(version, pipeline, verticle, binding);
        directory.listen(keeping);
        version.served.onClose(() -> {
            directory.forget(keeping);
            return Future.succeededFuture();
        });
        keeping.run(); // for what was told since
        version.served.describe(description, new ModelServing.Rest(true, Duration.ZERO), Map.of());
        LOG.info(
                "model {} is ready: a pipeline of {} stages",
                version.model(),
                pipeline.stages().size());
    }

    private static List<StageModel> models(Pipeline pipeline) {
        return pipeline.asking().stream().map(Pipeline.Stage::model).toList();
    }

    private static StageSpec spec(Bound bound) {
        return StageSpec.of(bound.description().signature(), bound.description().transform());
    }

    private Exception refused(Loading version, Pipeline pipeline, PipelineFaults faults) {
        Map<StageModel, StageSpec> with = new HashMap<>();
        for (StageModel stage : models(pipeline)) {
            Bound bound = directory.find(stage);
            if (bound != null) {
                with.put(stage, spec(bound));
            }
        }
        failed.put(version.model(), new Failed(models(pipeline), with));
        return vertx.executeBlocking(() -> version.file.refused(faults), false).await();
    }

    /** Whoever is on its way is waited for. */
    private void awaitStages(Loading version, Pipeline pipeline, StagesToCome among) throws Exception {
        while (true) {
            PipelineFaults lacking = new PipelineFaults();
            boolean mayCome = among.isWanted(version.location);
            boolean isLacking = false;
            for (Pipeline.Stage stage : pipeline.asking()) {
                if (directory.find(stage.model()) == null) {
                    isLacking = true;
                    if (!among.mayCome(stage.model(), directory)) {
                        mayCome = false;
                        PipelinePlan.lacks(stage, directory.reason(stage.model()), lacking);
                    }
                }
            }
            if (!isLacking) {
                return;
            }
            if (lacking.isEmpty() && !mayCome) {
                throw new IllegalStateException("it is not wanted any more");
            }
            if (!mayCome) {
                throw refused(version, pipeline, lacking);
            }
            awaitNews();
        }
    }

    private void awaitNews() {
        Promise<Void> news = Promise.promise();
        Runnable told = news::tryComplete;
        directory.listen(told);
        try {
            news.future()
                    .timeout(LOOK_SECONDS, TimeUnit.SECONDS)
                    .otherwiseEmpty()
                    .await();
        } finally {
            directory.forget(told);
        }
    }

    private PipelineVerticle.Binding bind(Loading version, Pipeline pipeline) throws Exception {
        PipelineFaults faults = new PipelineFaults();
        PipelineVerticle.Binding bound = binding(pipeline, faults);
        if (bound == null) {
            throw refused(version, pipeline, faults);
        }
        return bound;
    }

    /** As it is now; null where the stages are not all there, or do not fit. */
    private PipelineVerticle.@Nullable Binding binding(Pipeline pipeline, PipelineFaults faults) {
        Map<String, Bound> bound = new LinkedHashMap<>();
        Map<String, StageSpec> models = new HashMap<>();
        for (Pipeline.Stage stage : pipeline.asking()) {
            Bound now = directory.find(stage.model());
            if (now == null) {
                PipelinePlan.lacks(stage, directory.reason(stage.model()), faults);
            } else {
                bound.put(stage.name(), now);
                models.put(stage.name(), spec(now));
            }
        }
        return PipelinePlan.of(pipeline, models, faults)
                .map(plan -> new PipelineVerticle.Binding(plan, bound, ""))
                .orElse(null);
    }

    private Description describe(Loading version, PipelinePlan plan) throws Exception {
        ModelConfig config = vertx.executeBlocking(() -> ModelConfig.read(version.location.configFile()), false)
                .await();
        Signature signature =
                config.batching() == Batching.OFF ? plan.signature().withoutBatching() : plan.signature();
        List<String> remarks = vertx.executeBlocking(() -> remarks(version.location, config, plan), false)
                .await();
        known.change(version.model(), signature).ifPresent(change -> {
            if (config.sameSignature()) {
                throw new IllegalStateException(change + " (same_signature in its model.yaml)");
            }
            remarks.add(change);
        });
        DeclaredTransform transform = DeclaredTransform.within(means.preparing, version.location, signature, plugins);
        version.served.onClose(() -> vertx.executeBlocking(Executors.callable(transform::close), false));
        Incarnation incarnation = version.served.incarnation();
        known.serves(incarnation, signature, config.sameSignature());
        version.served.onClose(() -> known.isGone(incarnation));
        remarks.forEach(remark -> LOG.warn("model {}: {}", version.model(), remark));
        return new Description(
                PLATFORM,
                signature,
                transform.labels(config.labels()),
                signature.batched() ? mostRows(plan, config) : 0,
                List.of(),
                incarnation.batcherAddress(),
                FixedBatching.NONE,
                transform.values(),
                remarks,
                0, // or an answer would outlive the stage that gave it
                false);
    }

    /** To which more may be added. */
    private static List<String> remarks(ModelLocation location, ModelConfig config, PipelinePlan plan) {
        TritonConfig triton = TritonConfig.beside(location.configFile());
        triton.check(plan.signature());
        UnusedSettings.check(config);
        List<String> remarks = new ArrayList<>(triton.remarks());
        UnusedSettings.remark(location, config).ifPresent(remarks::add);
        return remarks;
    }

    /** What goes through all stages in one batch each, or less if its own settings say so. */
    private int mostRows(PipelinePlan plan, ModelConfig config) {
        int own = config.maxBatchRows() == 0 ? Integer.MAX_VALUE : config.maxBatchRows();
        int most = plan.models().stream()
                .map(directory::find)
                .filter(Objects::nonNull)
                .mapToInt(bound -> bound.description().maxBatchRows())
                .min()
                .orElse(1);
        return Math.min(own, most);
    }

    /** Tries again what may not fail now; who is still about to fail has its turn when that is told. */
    private void look() {
        failed.keySet().removeIf(model -> directory.state(model) == ModelState.UNLOADED);
        for (Map.Entry<ModelId, Failed> entry : List.copyOf(failed.entrySet())) {
            ModelState state = directory.state(entry.getKey());
            if (state == ModelState.LOADING || state == ModelState.WARMING) {
                continue;
            }
            Map<StageModel, StageSpec> now = new HashMap<>();
            for (StageModel stage : entry.getValue().stages) {
                Bound bound = directory.find(stage);
                if (bound != null) {
                    now.put(stage, spec(bound));
                }
            }
            boolean areAllThere = now.keySet().containsAll(entry.getValue().stages);
            if (areAllThere && !now.equals(entry.getValue().with)) {
                failed.remove(entry.getKey());
                control.runOnContext(here -> again.accept(entry.getKey()));
            }
        }
    }

    /**
     * A pipeline in memory, after each piece of news.
     *
     * @thread the control thread
     */
    private final class Keeping implements Runnable {

        private final Loading version;
        private final Pipeline pipeline;
        private final PipelineVerticle verticle;
        private PipelineVerticle.Binding last;

        Keeping(Loading version, Pipeline pipeline, PipelineVerticle verticle, PipelineVerticle.Binding first) {
            this.version = version;
            this.pipeline = pipeline;
            this.verticle = verticle;
            this.last = first;
        }

        @Override
        public void run() {
            PipelineVerticle.Binding now = now();
            boolean isNew = !now.equals(last);
            if (isNew) {
                verticle.bind(now);
                last = now;
            }
            if (!now.isWhole()) { // told each time, for it may not have been in a state to hear it
                control.runOnContext(here -> version.progress.serving().failed(now.lack()));
            } else if (isNew) {
                control.runOnContext(here -> version.progress.serving().restored());
            }
        }

        private PipelineVerticle.Binding now() {
            PipelineFaults faults = new PipelineFaults();
            PipelineVerticle.Binding now = binding(pipeline, faults);
            PipelinePlan before = last.plan();
            if (now == null) {
                return new PipelineVerticle.Binding(
                        before, Map.of(), String.join("; ", faults.byLine().values()));
            }
            if (!now.plan().signature().equals(before.signature())) {
                return new PipelineVerticle.Binding(
                        before,
                        Map.of(),
                        "its stages take or give other than when it was loaded, and so would it: load it again");
            }
            return now;
        }
    }
}
