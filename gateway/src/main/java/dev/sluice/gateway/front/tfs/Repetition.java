package dev.sluice.gateway.front.tfs;

import dev.sluice.worker.contract.InferenceException;

/**
 * Counts what a request has written for it more often than it sends it: a few bytes could have a front loop fill gigabytes.
 *
 * @thread confined to one front loop; one use
 * @bound {@value #MOST_BYTES} bytes
 * @errors InvalidRequest beyond them
 */
public final class Repetition {

    public static final int MOST_BYTES = 4 << 20;

    private long bytes;

    /** So many more of them come from the context that examples share. */
    public void add(long more) {
        bytes += more;
        if (bytes > MOST_BYTES) {
            throw InferenceException.invalid(
                    "",
                    "the examples take more than " + MOST_BYTES
                            + " bytes again from the context that they share; what is more must stand in them");
        }
    }
}
