package dev.sluice.worker.contract;

/**
 * Hears of the answers to some rows of a request before its outcome comes; a request that has one wants to be answered in
 * parts.
 *
 * <p>The outcome stays the one end of the request: the last part, or an error, after which nothing is heard any more.
 *
 * @thread called on the loop that made the request; the batcher only asks whether there is one
 */
@FunctionalInterface
public interface PartListener {

    /** Of a request that wants one answer. */
    PartListener NONE = part -> {};

    /** @param part answers some rows, each part others, in whatever order they are ready; more is to come */
    void answered(InferenceResponse part);
}
