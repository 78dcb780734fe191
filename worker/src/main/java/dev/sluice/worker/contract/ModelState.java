package dev.sluice.worker.contract;

/** Where a model version stands in its life; only {@link #READY} takes traffic. */
public enum ModelState {
    LOADING,
    READY,
    FAILED
}
