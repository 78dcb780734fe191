package dev.sluice.worker.contract;

/** Why a batcher let go of a request without an answer from the model; an engine's failure is none of these. */
public enum DropReason {

    /** The queue was full, and neither its client nor its priority gave it a right to another's place. */
    QUEUE_FULL,

    /** It came when its deadline had passed, or too late to be done even as the next one to run. */
    LATE_AT_ARRIVAL,

    /** It came when every instance was going to be busy for too long. */
    BUSY_AT_ARRIVAL,

    /** It waited, and the queue was full when one came that had more right to the place. */
    DISPLACED,

    /** It waited, and had too little time left to be done even alone and at once. */
    HOPELESS,

    /** It waited, and its time went to others, of whom more could be served that way. */
    GIVEN_UP,

    /** Its deadline passed while it waited. */
    EXPIRED_QUEUED,

    /** Its deadline passed while its batch ran. */
    EXPIRED_RUNNING,

    /** Its client went before it ran. */
    CANCELLED_QUEUED,

    /** Its client went while its batch ran. */
    CANCELLED_RUNNING,

    /** It came, or waited, while the model's circuit was open: too many batches had failed. */
    CIRCUIT_OPEN,

    /** The model is being stopped. */
    DRAINING,

    /** The model has lost its instances for good. */
    MODEL_FAILED
}
