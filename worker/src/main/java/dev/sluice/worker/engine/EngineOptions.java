package dev.sluice.worker.engine;

import dev.sluice.worker.contract.Signature;
import org.jspecify.annotations.Nullable;

/**
 * What an operator may choose about how one model runs.
 *
 * @param intraOpThreads threads that share the work of one operator, the calling thread included. One is best for
 *     throughput: N callers that share one model beat one caller with N threads. More shortens a single call of a big
 *     model and lengthens one of a small model.
 * @param placement where the model runs
 * @param declared what its owner says that it takes and gives; null where the model is to say so
 */
public record EngineOptions(
        int intraOpThreads, Placement placement, @Nullable Signature declared) {

    public EngineOptions {
        if (intraOpThreads < 1) {
            throw new IllegalArgumentException("intraOpThreads must be at least 1, and this is " + intraOpThreads);
        }
    }

    public EngineOptions(int intraOpThreads, Placement placement) {
        this(intraOpThreads, placement, null);
    }

    /** On the CPU. */
    public EngineOptions(int intraOpThreads) {
        this(intraOpThreads, Placement.CPU);
    }
}
