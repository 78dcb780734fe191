package dev.sluice.worker.contract;

/**
 * The only clock: monotonic nanoseconds from an arbitrary start.
 *
 * @thread may be read from any
 * @units nanoseconds
 */
@FunctionalInterface
public interface Ticker {

    Ticker SYSTEM = System::nanoTime;

    long nanos();
}
