package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Tensor;

/**
 * The largest batch that the engine has memory for, learnt from those it had too little for.
 *
 * <p>Whenever memory runs out, batches become half as large as the one that failed. After {@value #FIRST_PATIENCE}
 * batches one may be twice as large again; each time that this fails, twice as many have to go well before the next.
 *
 * <p>It counts bytes of input and not rows, so that a few requests with huge rows do not make the batches of all others
 * tiny; while all rows are alike, that is the same. All rows of a batch count as the largest of them, which they are
 * padded to. A request that is alone in its batch would have been run in any case, so how it fares says nothing about
 * this limit; but a piece of one is as large as this limit let it be.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @units bytes of all inputs of a batch
 */
final class MemoryLimit {

    private static final int FIRST_PATIENCE = 64;
    private static final int LONGEST_PATIENCE = 4096;
    private static final long NONE = Long.MAX_VALUE;

    private long bytes = NONE;
    private int patience = FIRST_PATIENCE;
    private int wentWell;

    /** In the mean, and at least one. */
    static long rowBytes(InferenceRequest request) {
        long bytes = 0;
        for (Tensor input : request.inputs()) {
            bytes += input.byteCount();
        }
        return Math.max(1, Math.ceilDiv(bytes, Math.max(1, request.rows())));
    }

    /** How many rows may run in one batch if the largest are like those of that request; at least one. */
    int rows(InferenceRequest request) {
        if (bytes == NONE) {
            return Integer.MAX_VALUE;
        }
        long allowed = wentWell < patience ? bytes : 2 * bytes;
        return Math.clamp(allowed / rowBytes(request), 1, Integer.MAX_VALUE);
    }

    /** Whether such a batch, which is no try, may run. */
    boolean allows(Batch batch) {
        return bytes == NONE || batch.inputBytes() <= bytes;
    }

    /** To be told of each batch that went well. */
    void ran(Batch batch) {
        if (bytes == NONE) {
            return;
        }
        wentWell++;
        long proven = batch.inputBytes();
        if (batch.isDivisible() && proven > bytes) {
            bytes = proven;
            patience = FIRST_PATIENCE;
            wentWell = 0;
        }
    }

    /** To be told of each batch that there was not enough memory for, and that could have been smaller. */
    void ranOut(Batch batch) {
        long tooMany = batch.inputBytes();
        if (tooMany > bytes) {
            patience = Math.min(2 * patience, LONGEST_PATIENCE);
        } else {
            bytes = Math.max(1, tooMany / 2);
        }
        wentWell = 0;
    }

    /** For the log: how much batches may carry. */
    @Override
    public String toString() {
        return bytes == NONE ? "what they like" : "at most " + bytes + " bytes of input";
    }
}
