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

    /**
     * Has {@code action} run when it becomes true. One that can only be asked leaves it at that: then the request goes
     * when it is next looked at.
     *
     * @param action called at most once, on the loop that made the request
     */
    default void whenCancelled(Runnable action) {}
}
