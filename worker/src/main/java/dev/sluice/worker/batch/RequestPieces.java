package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through a batcher in pieces, and the one outcome it is owed.
 *
 * <p>The first piece that fails ends it: what waits leaves the queue, and nothing follows. But its outcome comes when the
 * pieces that run have come back, for it may tell the owner of the inputs' memory that nobody reads it any more.
 *
 * @thread owned by the batcher loop
 * @bound one piece that waits, and one for each instance that run
 * @errors the first of its pieces'; one after which an instance may still read the inputs goes before others
 */
final class RequestPieces implements Pending {

    private final LargeRequests stage;
    private final InferenceRequest request;
    private final Completion completion;
    private final long cameNanos;
    private final BatchSplit inputs;

    /** In the order of their rows. */
    private final List<Piece> all = new ArrayList<>();

    /** Those that wait or run. */
    private final List<Piece> open = new ArrayList<>();

    private int rowsLeft;
    private @Nullable InferenceError failure;
    private boolean cannotJoin;
    private @Nullable Pending whole;

    RequestPieces(LargeRequests stage, InferenceRequest request, Completion completion, long cameNanos) {
        this.stage = stage;
        this.request = request;
        this.completion = stage.batcher().inTurn(completion);
        this.cameNanos = cameNanos;
        this.inputs = new BatchSplit(request.inputs());
        this.rowsLeft = request.rows();
    }

    /** Has the next rows take the place in the queue. */
    void enqueueNext() {
        int rows = Math.min(rowsLeft, stage.maxPieceRows());
        rowsLeft -= rows;
        Piece piece = new Piece(rows, rowsLeft == 0);
        all.add(piece);
        open.add(piece);
        piece.pending = stage.batcher().enqueue(request.withRows(inputs.next(rows), rows), cameNanos, piece);
    }

    @Override
    public void cancel() {
        if (whole != null) {
            whole.cancel();
        }
        List.copyOf(open).forEach(Piece::cancel);
    }

    private void ended(Piece piece, InferenceOutcome outcome) {
        if (!open.remove(piece)) {
            return; // given up by ourselves
        }
        switch (outcome) {
            case InferenceResponse answer -> answered(piece, answer);
            case InferenceError error -> failed(error);
        }
        if (open.isEmpty()) {
            complete();
        }
    }

    private void answered(Piece piece, InferenceResponse answer) {
        piece.answer = answer;
        if (!BatchSplit.fits(answer.outputs(), piece.rows)) {
            cannotJoin = true;
            giveUpTheRest();
        }
    }

    private void failed(InferenceError error) {
        boolean inputsAreFree =
                error instanceof InferenceError.InvalidRequest || error instanceof InferenceError.Overloaded;
        if (failure == null || !inputsAreFree) {
            failure = error;
        }
        giveUpTheRest();
    }

    private void giveUpTheRest() {
        rowsLeft = 0;
        for (Piece piece : List.copyOf(open)) {
            if (!piece.taken) {
                open.remove(piece);
                piece.cancel();
            }
        }
    }

    private void complete() {
        if (failure != null) {
            completion.complete(failure);
        } else if (cannotJoin) {
            runWhole();
        } else {
            join();
        }
    }

    private void join() {
        List<InferenceResponse> answers = new ArrayList<>();
        all.forEach(piece -> answers.add(Objects.requireNonNull(piece.answer)));
        List<Tensor> joined = OutputJoin.join(answers);
        if (joined == null) {
            runWhole();
        } else {
            completion.complete(new InferenceResponse(request.model(), joined, timing(answers)));
        }
    }

    private void runWhole() {
        stage.stopSplitting(request);
        whole = stage.batcher().enqueue(request, cameNanos, completion);
    }

    /** Of the piece that everything waited for, with the largest batch that any of them was in. */
    private static Timing timing(List<InferenceResponse> answers) {
        Timing last = answers.getFirst().timing();
        int batchRows = 0;
        for (InferenceResponse answer : answers) {
            Timing timing = answer.timing();
            batchRows = Math.max(batchRows, timing.batchRows());
            last = nanos(timing) > nanos(last) ? timing : last;
        }
        return new Timing(last.queueNanos(), last.gatherNanos(), last.runNanos(), batchRows);
    }

    private static long nanos(Timing timing) {
        return timing.queueNanos() + timing.gatherNanos() + timing.runNanos();
    }

    /** Some rows of the request, as the batcher sees them. */
    private final class Piece implements Completion {

        private final int rows;
        private final boolean isLast;
        private boolean taken;
        private @Nullable Pending pending;
        private @Nullable InferenceResponse answer;

        Piece(int rows, boolean isLast) {
            this.rows = rows;
            this.isLast = isLast;
        }

        @Override
        public void taken() {
            taken = true;
            if (rowsLeft > 0) {
                enqueueNext();
            }
        }

        @Override
        public boolean isCounted() {
            return isLast;
        }

        @Override
        public boolean isAwaited() {
            return failure == null && !cannotJoin;
        }

        @Override
        public void complete(InferenceOutcome outcome) {
            ended(this, outcome);
        }

        void cancel() {
            if (pending != null) {
                pending.cancel();
            }
        }
    }
}
