package dev.sluice.worker.contract;

/** Whether a model's batches may run, by what became of those before. */
public enum CircuitState {

    /** They may: the usual one. */
    CLOSED,

    /** Too many have failed, or have been slow: requests are refused for some time. */
    OPEN,

    /** That time is over, and a few requests are tried, each alone; what becomes of them decides. */
    HALF_OPEN
}
