package dev.sluice.worker.contract;

/**
 * Hears what is got for models that do not lie in the repository; metrics implement it.
 *
 * @thread called on any, several at once; must not block
 */
public interface SourceListener {

    SourceListener NONE = new SourceListener() {};

    /** So many bytes more have come. */
    default void received(long bytes) {}

    /** A try has failed; whether there is another is not said. */
    default void failed() {}

    /** So many bytes lie in the cache now. */
    default void cached(long bytes) {}
}
