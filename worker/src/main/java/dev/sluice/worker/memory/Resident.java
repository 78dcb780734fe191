package dev.sluice.worker.memory;

import dev.sluice.worker.contract.ModelId;

/**
 * A model version that takes memory.
 *
 * @param bytes of memory that it is reckoned to take
 * @param pinned whether it must not be sent to sleep
 * @param busy whether it has anything to do now
 * @param sinceNanos when it was ready
 * @param loadNanos how long it took to be loaded; 0 if nobody has asked it since, for then nothing is lost with it
 * @param askedNanos when it was asked last, or was ready if that was later
 * @param idleAfterNanos how long it may go without being asked; 0 for as long as there is room
 */
public record Resident(
        ModelId model,
        long bytes,
        Stage stage,
        boolean pinned,
        boolean busy,
        long sinceNanos,
        long loadNanos,
        long askedNanos,
        long idleAfterNanos) {

    /** Which way it goes. */
    public enum Stage {
        /** It is being loaded. */
        COMING,
        /** It serves. */
        HERE,
        /** It finishes what it has, and then its memory is free. */
        LEAVING
    }

    boolean isMovable() {
        return stage == Stage.HERE && !pinned;
    }
}
