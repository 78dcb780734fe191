package dev.sluice.worker.batch.sim;

/** Whoever decides in a {@link Simulation}; it runs each request or refuses it, and tells the simulation the outcome. */
interface Contender {

    void arrived(int request, long nowNanos);

    /** The time has come that {@link Simulation#wakeAt} was asked for. */
    default void woken(long nowNanos) {}

    /** Makes one for each play. */
    @FunctionalInterface
    interface Maker {
        Contender make(Simulation simulation);
    }
}
