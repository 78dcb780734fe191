package dev.sluice.worker;

import dev.sluice.worker.batch.AdaptivePolicy;
import dev.sluice.worker.batch.BatchPolicy;
import dev.sluice.worker.batch.FixedDelayPolicy;
import dev.sluice.worker.breaker.BreakerOptions;
import dev.sluice.worker.contract.ModelReport.FixedBatching;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.engine.EngineOptions;
import dev.sluice.worker.engine.LoadedModel;
import dev.sluice.worker.engine.Placement;
import dev.sluice.worker.repository.GroupConfig;
import dev.sluice.worker.repository.ModelConfig;
import java.time.Duration;
import java.util.List;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * How one model is served: its model.yaml where that says something, otherwise the node's options.
 *
 * @param slo the latency objective that bounds the batch size; 0 for none
 * @param share how much of its device it is due, compared with other models
 * @param preferredRows sizes of batches to wait for; none, and no delay, for a policy that learns
 * @param maxQueueDelay how long to wait for them
 * @param preserveOrdering whether answers leave in the order in which their requests came
 * @param batching whether requests may share a batch, if the model can be batched
 * @param breaker when the model is left alone
 * @param tests what a version must show before it serves
 * @param drift how its answers are watched
 * @param rest when it may be sent to sleep
 * @param groups where it runs, at least one
 * @param cacheTtl how long its answers may be given again; 0 for never
 * @param declared what it takes and gives, where its owner says so
 */
record ModelServing(
        int maxBatchRows,
        int maxQueueRequests,
        Duration slo,
        int share,
        List<Integer> preferredRows,
        Duration maxQueueDelay,
        boolean preserveOrdering,
        boolean batching,
        BreakerOptions breaker,
        List<String> labels,
        Tests tests,
        Watching drift,
        Rest rest,
        List<Group> groups,
        Duration cacheTtl,
        @Nullable Signature declared) {

    /** More threads than this only get in each other's way while other models and the front want cores as well. */
    private static final int MOST_INSTANCES_BY_DEFAULT = 4;

    /**
     * Its instances on one device.
     *
     * @param name by which operators tell it from the others
     */
    record Group(String name, int instances, int intraOpThreads, Placement placement) {

        static Group of(GroupConfig config, WorkerOptions node) {
            Placement placement = new Placement(
                    config.device(), config.executionProvider(), config.providerOptions(), config.cpuFallback());
            int threads = orElse(config.intraOpThreads(), node.intraOpThreads());
            return new Group(config.name(), ModelServing.instances(config.count(), node), threads, placement);
        }

        Group withAtMost(int most) {
            return new Group(name, Math.min(instances, most), intraOpThreads, placement);
        }
    }

    /**
     * What a version must show.
     *
     * @param byZeros whether it must be able to run a row of zeros, and answer as it declares, if it has no golden samples
     * @param finite whether the numbers of that answer must be finite
     * @param sameSignature whether its inputs and outputs must be those of the version that serves
     */
    record Tests(boolean byZeros, boolean finite, boolean sameSignature) {}

    /**
     * When a version may be sent to sleep.
     *
     * @param pinned never
     * @param idleAfter when nobody has asked it for that long; 0 for when others need the memory only
     */
    record Rest(boolean pinned, Duration idleAfter) {}

    static ModelServing of(ModelConfig model, WorkerOptions node) {
        return new ModelServing(
                orElse(model.maxBatchRows(), node.maxBatchRows()),
                orElse(model.maxQueueRequests(), node.maxQueueRequests()),
                model.slo(),
                model.share(),
                model.preferredRows(),
                model.maxQueueDelay(),
                model.preserveOrdering(),
                model.batching() != ModelConfig.Batching.OFF,
                breaker(model, node.breaker()),
                model.labels(),
                new Tests(model.selfTest() == ModelConfig.SelfTest.AUTO, model.finiteOutputs(), model.sameSignature()),
                Watching.of(model.drift(), node.drift()),
                rest(model, node.control()),
                model.groups().stream().map(group -> Group.of(group, node)).toList(),
                model.cache().ttl(),
                model.signature().declared());
    }

    /** The same with no more instances in each group than so many. */
    ModelServing withAtMost(ToIntFunction<String> most) {
        return new ModelServing(
                maxBatchRows,
                maxQueueRequests,
                slo,
                share,
                preferredRows,
                maxQueueDelay,
                preserveOrdering,
                batching,
                breaker,
                labels,
                tests,
                drift,
                rest,
                groups.stream()
                        .map(group -> group.withAtMost(most.applyAsInt(group.name)))
                        .toList(),
                cacheTtl,
                declared);
    }

    /** @param own what is said of the model itself; 0 for nothing */
    static int instances(int own, WorkerOptions node) {
        return orElse(own, orElse(node.instances(), defaultInstances()));
    }

    private static Rest rest(ModelConfig model, ControlOptions node) {
        return new Rest(model.pinned(), model.idleAfter().isZero() ? node.idleAfter() : model.idleAfter());
    }

    private static BreakerOptions breaker(ModelConfig model, BreakerOptions node) {
        BreakerOptions own = model.slowFactor() > 0 ? node.withSlowFactor(model.slowFactor()) : node;
        return model.breaker() == ModelConfig.Breaker.OFF ? own.disabled() : own;
    }

    /**
     * How its batches are formed.
     *
     * @param rows most of one batch, as the model's signature and its settings have it
     * @throws IllegalArgumentException when it prefers batches that cannot be, or has an objective beside them, with a message for its owner
     */
    BatchPolicy policy(int rows) {
        if (preferredRows.isEmpty() && maxQueueDelay.isZero()) {
            return new AdaptivePolicy(rows, slo.toNanos());
        }
        if (!slo.isZero()) {
            throw new IllegalArgumentException("model.yaml: slo: has no effect beside preferred_batch_sizes and"
                    + " max_queue_delay, which switch off what it is for");
        }
        for (int preferred : preferredRows) {
            if (preferred > rows) {
                throw new IllegalArgumentException("model.yaml or config.pbtxt: preferred_batch_sizes: " + preferred
                        + " is more rows than one of its batches has (" + rows + ")");
            }
        }
        return new FixedDelayPolicy(rows, preferredRows, maxQueueDelay.toNanos());
    }

    /** As its engine is to load it for that group. */
    EngineOptions engineOptions(Group group) {
        return new EngineOptions(group.intraOpThreads, group.placement, declared);
    }

    /** Threads that run it, on any device. */
    int instances() {
        return groups.stream().mapToInt(Group::instances).sum();
    }

    /** As it is shown. */
    FixedBatching fixed() {
        return new FixedBatching(preferredRows, maxQueueDelay.toNanos(), preserveOrdering);
    }

    /** As requests are checked against it and batched. */
    Signature signatureOf(LoadedModel model) {
        return batching ? model.signature() : model.signature().withoutBatching();
    }

    /** Its share as places are counted, of which each is a core: a run with several threads takes as much as several runs. */
    double shareOfCores(Group group) {
        return (double) share / group.intraOpThreads;
    }

    private static int orElse(int own, int inherited) {
        return own > 0 ? own : inherited;
    }

    private static int defaultInstances() {
        return Math.min(Runtime.getRuntime().availableProcessors(), MOST_INSTANCES_BY_DEFAULT);
    }
}
