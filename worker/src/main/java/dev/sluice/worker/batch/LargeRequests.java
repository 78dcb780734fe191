package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceRequest;
import java.util.function.Consumer;

/**
 * The stage before a {@link Batcher} in which a request of more rows than a batch may have goes on in pieces.
 *
 * <p>It stands in the queue with its next piece only. As soon as that has left for a batch, the following one takes the
 * place, behind whatever its client has there already. So a request holds one place whatever its size, is let in or
 * refused as a whole, keeps as many instances busy as are idle, and makes nobody wait for more than a piece at a time.
 *
 * <p>A model whose answers cannot be joined by rows, because axis 0 counts something else or because other axes depend
 * on what stands in the rows, gets its requests whole from then on.
 *
 * @thread owned by the batcher loop
 * @shape pieces are views of rows of the request; the answer is joined in the order of the rows
 * @bound one place in the queue and, beside it, the pieces that run
 * @source TensorFlow Serving's BatchScheduler, which splits large tasks
 */
public final class LargeRequests {

    private final Batcher batcher;
    private final int maxPieceRows;
    private final Consumer<InferenceRequest> whenStopped;
    private boolean answersJoin = true;

    /**
     * @param maxPieceRows a request of more rows is split into pieces of that many, or of as many as there is memory
     *     for; {@link Integer#MAX_VALUE} for never
     * @param whenStopped told of the first request whose answers could not be joined, after which none is split
     */
    public LargeRequests(Batcher batcher, int maxPieceRows, Consumer<InferenceRequest> whenStopped) {
        this.batcher = batcher;
        this.maxPieceRows = maxPieceRows;
        this.whenStopped = whenStopped;
    }

    /** Takes a request of any size; {@code completion} hears of it exactly once, perhaps before this returns. */
    public Pending enqueue(InferenceRequest request, Completion completion) {
        if (!answersJoin || request.rows() <= pieceRows(request)) {
            return batcher.enqueue(request, completion);
        }
        RequestPieces pieces = new RequestPieces(this, request, completion);
        pieces.enqueueNext();
        return pieces;
    }

    Batcher batcher() {
        return batcher;
    }

    /** How many rows of such a request go in one piece, as far as there is memory for them. */
    int pieceRows(InferenceRequest request) {
        return maxPieceRows == Integer.MAX_VALUE ? maxPieceRows : Math.min(maxPieceRows, batcher.memoryRows(request));
    }

    /** Takes note that the answers to pieces of that request are not pieces of an answer. */
    void stopSplitting(InferenceRequest request) {
        if (answersJoin) {
            answersJoin = false;
            whenStopped.accept(request);
        }
    }
}
