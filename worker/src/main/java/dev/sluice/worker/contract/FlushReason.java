package dev.sluice.worker.contract;

/** Why a batch was closed with the rows that it has. */
public enum FlushReason {

    /** An instance was idle, and all that waited and could run together went. The usual one while a model keeps up. */
    ALL,

    /** As many rows as are of use, or as are allowed, or as the latency objective leaves; more waited. */
    FULL,

    /** Deadlines made it smaller: it had to be over sooner than more rows would let it, or somebody was passed over. */
    DEADLINE,

    /** More waited, but this model's axis 0 does not count rows, so its requests run one at a time. */
    UNBATCHED,

    /** A request that runs alone, because the batch that it was in failed or could not be cut apart. */
    RERUN,

    /** One request that runs to find out whether the model works again, because its circuit was open. */
    PROBE
}
