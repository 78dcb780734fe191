package dev.sluice.worker.contract;

/** Where a model version stands in its life; whether it takes requests, its report says. */
public enum ModelState {
    /** Its file is being read. */
    LOADING,
    /** It is in memory, and is run and looked at before anybody relies on it. */
    WARMING,
    READY,
    /** It lies in the repository, and the next request has it loaded again. */
    ASLEEP,
    /** It finishes what it has and takes nothing new. */
    DRAINING,
    /** It lies in the repository and nowhere else. */
    UNLOADED,
    FAILED
}
