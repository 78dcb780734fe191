package dev.sluice.worker.batch;

/** What a batch says of its model. */
public enum BatchVerdict {

    /** Somebody in it was answered: the model works. */
    ANSWERED,

    /** The engine failed, and nobody in it was answered. */
    FAILED,

    /** Nothing: its clients went, or were at fault, or there was too little memory. */
    IGNORED
}
