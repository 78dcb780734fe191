package dev.sluice.worker.batch;

import java.util.function.Consumer;

/**
 * The instances of one model, as its batcher sees them.
 *
 * @thread called on the batcher loop, and calls back there
 */
public interface BatchRunner {

    int idleInstances();

    /** Runs a batch on an idle instance; {@code done} is called exactly once, when that instance is idle again. */
    void run(Batch batch, Consumer<BatchResult> done);
}
