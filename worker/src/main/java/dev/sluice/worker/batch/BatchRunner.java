package dev.sluice.worker.batch;

import java.util.function.Consumer;

/**
 * The instances of one model, as its batcher sees them.
 *
 * @thread called on the batcher loop, and calls back there
 */
public interface BatchRunner {

    int idleInstances();

    /** Whether a batch would begin at once on an idle instance, as far as is known: not while others have the device. */
    default boolean hasPlace() {
        return true;
    }

    /**
     * To be called before each {@link #run}: whether a batch may run now. It is formed only then, so that it holds
     * whoever has come until its turn. If not, {@link Batcher#dispatch} is called as soon as it may.
     *
     * @param expectedNanos how long such a batch takes, as far as is known
     */
    default boolean claim(long expectedNanos) {
        return idleInstances() > 0;
    }

    /** There is nothing to run after all. */
    default void unclaim() {}

    /** Every client of a batch that runs has gone: it may be ended before its end, and comes back all the same. */
    default void withdraw(Batch batch) {}

    /** Runs a batch on an idle instance; {@code done} is called exactly once, when that instance is idle again. */
    void run(Batch batch, Consumer<BatchResult> done);
}
