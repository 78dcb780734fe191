package dev.sluice.worker.batch;

import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.InferenceError;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a model's requests are taken and its batches may run, judged by what became of those before.
 *
 * <p>A batch that fails and is searched for who is to blame counts once, when its last member has its outcome.
 *
 * @thread owned by the batcher loop
 */
public interface BatchGate {

    /** Lets everything through. */
    BatchGate OPEN = new BatchGate() {};

    /** Why nobody is taken now, nor anybody kept who waits; null while they are. */
    default @Nullable InferenceError refusal() {
        return null;
    }

    /** Whether batches only run to find out whether the model works, so that each is to risk as little as it can. */
    default boolean isProbing() {
        return state() == CircuitState.HALF_OPEN;
    }

    /** As {@link #refusal} left it; to ask for it changes nothing. */
    default CircuitState state() {
        return CircuitState.CLOSED;
    }

    /** Until when nobody is taken; without meaning unless it is open. */
    default long openUntilNanos() {
        return 0;
    }

    /** Whether one more batch may run now. If not, it may when one that runs has come back. */
    default boolean mayRun() {
        return true;
    }

    /** A batch is about to run, and not because it has failed before; returns what its verdict is to be told with. */
    default long begin() {
        return 0;
    }

    /** What became of a batch. */
    default void ended(Ended batch) {}

    /**
     * A batch that says something of its model.
     *
     * @param begun what {@link #begin} returned
     * @param clients who was answered, or failed
     * @param timesExpected how long it took, compared with what was expected; 0 if that is not known
     */
    record Ended(long begun, BatchVerdict verdict, Set<String> clients, double timesExpected) {}
}
