package dev.sluice.worker;

import dev.sluice.worker.repository.ModelConfig;
import java.time.Duration;
import java.util.List;

/**
 * How one model is served: its model.yaml where that says something, otherwise the node's options.
 *
 * @param slo the latency objective that bounds the batch size; 0 for none
 * @param share how much of its device it is due, compared with other models
 * @param batching whether requests may share a batch, if the model can be batched
 */
record ModelServing(
        int instances,
        int intraOpThreads,
        int maxBatchRows,
        int maxQueueRequests,
        Duration slo,
        int share,
        boolean batching,
        List<String> labels) {

    /** More threads than this only get in each other's way while other models and the front want cores as well. */
    private static final int MOST_INSTANCES_BY_DEFAULT = 4;

    static ModelServing of(ModelConfig model, WorkerOptions node) {
        return new ModelServing(
                orElse(model.instances(), orElse(node.instances(), defaultInstances())),
                orElse(model.intraOpThreads(), node.intraOpThreads()),
                orElse(model.maxBatchRows(), node.maxBatchRows()),
                orElse(model.maxQueueRequests(), node.maxQueueRequests()),
                model.slo(),
                model.share(),
                model.batching() != ModelConfig.Batching.OFF,
                model.labels());
    }

    private static int orElse(int own, int inherited) {
        return own > 0 ? own : inherited;
    }

    private static int defaultInstances() {
        return Math.min(Runtime.getRuntime().availableProcessors(), MOST_INSTANCES_BY_DEFAULT);
    }
}
