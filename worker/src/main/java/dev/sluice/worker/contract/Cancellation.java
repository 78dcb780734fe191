package dev.sluice.worker.contract;

/**
 * Says whether anybody still waits for an answer.
 *
 * @thread asked from any; becomes true once and stays so
 */
@FunctionalInterface
public interface Cancellation {

    Cancellation NEVER = () -> false;

    boolean isCancelled();
}
