package dev.sluice.worker.batch;

/** What a batch says of its model. */
public enum BatchVerdict {

    /** Somebody in it was answered: the model works. */
    ANSWERED,

    /** The engine failed, and nobody in it was answered. */
    FAILED,

    /** It was ended when the last of its clients went, and says no more than that it has taken so long. */
    WITHDRAWN,

    /** Nothing: its clients went, or were at fault, or there was too little memory. */
    IGNORED
}
