package dev.sluice.worker.contract;

/** Why a model version was sent to sleep. */
public enum SleepReason {
    /** Nobody had asked it for as long as it may be idle. */
    IDLE,
    /** Others needed the memory. */
    BUDGET
}
