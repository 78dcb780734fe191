package dev.sluice.worker.batch;

import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way through a batcher in pieces, and the one outcome it is owed.
 *
 * <p>The first piece that fails ends it: what waits leaves the queue, and nothing follows. But its outcome comes when the
 * pieces that run have come back, for it may tell the owner of the inputs' memory that nobody reads it any more. A piece
 * that there was too little memory for has not failed; it is cut again.
 *
 * <p>Where parts are wanted, each answer leaves as it is ready and the last one is the outcome; otherwise they wait for each
 * other and are joined.
 *
 * @thread owned by the batcher loop
 * @bound one piece that waits, and one for each instance that run or wait to run once more
 * @errors the first of its pieces', but one after which an instance may still read the inputs goes before one that
 *     says that nobody does; EngineFailure where the answers cannot be put together, InvalidRequest where they are too
 *     long together
 */
final class RequestPieces implements Pending {

    private final LargeRequests stage;
    private final Batcher batcher;
    private final InferenceRequest request;
    private final Completion completion;

    /** What is to be cut yet. */
    private final ArrayDeque<Rest> rests = new ArrayDeque<>();

    /** Those that wait or run. */
    private final List<Piece> open = new ArrayList<>();

    /** Those whose answers have not left as parts. */
    private final List<Piece> answered = new ArrayList<>();

    private final List<Timing> timings = new ArrayList<>();
    private boolean partHasLeft;
    private @Nullable QueuedRequest first;
    private @Nullable InferenceError failure;

    /** Of the failure; null if it is the engine's. */
    private @Nullable DropReason dropReason;

    private boolean cannotJoin;
    private @Nullable QueuedRequest whole;

    RequestPieces(LargeRequests stage, InferenceRequest request, Completion completion) {
        this.stage = stage;
        this.batcher = stage.batcher();
        this.request = request;
        this.completion = batcher.inTurn(request, completion);
        rests.add(new Rest(request, 0, request.rows()));
    }

    /** Has the next rows take the place in the queue. */
    void enqueueNext() {
        Rest rest = rests.element();
        Piece piece = rest.cut();
        if (rest.rowsLeft == 0) {
            rests.remove();
        }
        open.add(piece);
        piece.queued = batcher.enqueue(piece.part, first, piece);
        if (first == null) {
            first = piece.queued;
        }
    }

    @Override
    public void cancel() {
        if (whole != null) {
            batcher.cancel(whole);
        }
        List.copyOf(open).forEach(Piece::cancel);
        completion.withdraw();
    }

    private void ended(Piece piece, InferenceOutcome outcome) {
        if (!open.remove(piece)) {
            return; // given up by ourselves
        }
        switch (outcome) {
            case InferenceResponse answer -> answered(piece, answer);
            case InferenceError error -> failed(error, piece.dropReason);
        }
        if (open.isEmpty()) {
            complete();
        }
    }

    private void answered(Piece piece, InferenceResponse answer) {
        boolean isGivenUp = isGivenUp();
        if (!BatchSplit.fits(answer.outputs(), piece.part.rows())) {
            cannotJoin = true;
            giveUpTheRest();
        } else if (!isGivenUp) {
            timings.add(answer.timing());
            boolean last = open.isEmpty();
            if (request.wantsParts() && !last) {
                partHasLeft = true;
                completion.part(piece.placed(answer, false));
            } else {
                piece.answer = answer;
                answered.add(piece);
            }
        }
    }

    /** Nothing that is answered now is of use any more. */
    private boolean isGivenUp() {
        return failure != null || cannotJoin;
    }

    private void failed(InferenceError error, @Nullable DropReason reason) {
        if (failure == null || (failure.promisesThatInputsAreFree() && !error.promisesThatInputsAreFree())) {
            failure = error;
            dropReason = reason;
        }
        giveUpTheRest();
    }

    private void giveUpTheRest() {
        rests.clear();
        for (Piece piece : List.copyOf(open)) {
            if (piece.waits()) {
                open.remove(piece);
                piece.cancel();
            }
        }
    }

    private void complete() {
        if (failure != null) {
            if (dropReason != null) {
                batcher.tally().dropped(dropReason);
            }
            completion.complete(failure);
        } else if (cannotJoin) {
            runWhole();
        } else if (request.wantsParts()) {
            answerLastPart();
        } else {
            join();
        }
    }

    private void answerLastPart() {
        Piece last = answered.getFirst();
        batcher.tally().joined(timing().queueNanos(), timings);
        completion.complete(last.placed(Objects.requireNonNull(last.answer), true));
    }

    private void join() {
        List<InferenceResponse> answers = answered.stream()
                .sorted(Comparator.comparingInt(piece -> piece.firstRow))
                .map(piece -> Objects.requireNonNull(piece.answer))
                .toList();
        if (!OutputJoin.differInRowsOnly(answers)) {
            runWhole();
        } else {
            completion.complete(joined(answers));
        }
    }

    /** By then all pieces have their outcome, so whatever goes wrong here, nobody else would end this. */
    private InferenceOutcome joined(List<InferenceResponse> answers) {
        if (OutputJoin.longestBytes(answers) > Integer.MAX_VALUE) {
            return new InferenceError.InvalidRequest(
                    "inputs", "the answer to so many rows would be longer than 2 GiB; send fewer rows at a time");
        }
        try {
            InferenceResponse joined = new InferenceResponse(request.model(), OutputJoin.join(answers), timing());
            batcher.tally().joined(joined.timing().queueNanos(), timings);
            return joined;
        } catch (RuntimeException | OutOfMemoryError defect) {
            return batcher.failed("joining the answers of a request of " + request.rows() + " rows", defect);
        }
    }

    /** What has left as a part cannot be taken back, and the whole would say it a second time. */
    private void runWhole() {
        stage.stopSplitting(request);
        if (partHasLeft) {
            completion.complete(batcher.failed(
                    "answering a request of " + request.rows() + " rows in parts",
                    new IllegalStateException("an output of " + request.model() + " does not count rows on axis 0")));
        } else {
            whole = batcher.enqueue(request, first, completion);
        }
    }

    /** Of the piece that everything waited for, with the largest batch that any of them was in. */
    private Timing timing() {
        Timing last = timings.getFirst();
        int batchRows = 0;
        long readyNanos = last.readyNanos();
        for (Timing timing : timings) {
            batchRows = Math.max(batchRows, timing.batchRows());
            last = nanos(timing) > nanos(last) ? timing : last;
            readyNanos = Math.max(readyNanos, timing.readyNanos());
        }
        return new Timing(last.queueNanos(), last.gatherNanos(), last.runNanos(), batchRows, readyNanos);
    }

    private static long nanos(Timing timing) {
        return timing.queueNanos() + timing.gatherNanos() + timing.runNanos();
    }

    /**
     * Rows that stand together and are not cut yet.
     *
     * @thread owned by the batcher loop
     */
    private final class Rest {

        private final InferenceRequest whole;
        private final BatchSplit inputs;
        private final int mostRows;
        private int nextRow;
        private int rowsLeft;

        Rest(InferenceRequest whole, int firstRow, int mostRows) {
            this.whole = whole;
            this.inputs = new BatchSplit(whole.inputs());
            this.mostRows = mostRows;
            this.nextRow = firstRow;
            this.rowsLeft = whole.rows();
        }

        Piece cut() {
            int rows = Math.min(Math.min(rowsLeft, mostRows), stage.pieceRows(whole));
            Piece piece = new Piece(whole.withRows(inputs.next(rows), rows), nextRow);
            nextRow += rows;
            rowsLeft -= rows;
            return piece;
        }
    }

    /** Some rows of the request, as the batcher sees them. */
    private final class Piece implements Part {

        private final InferenceRequest part;
        private final int firstRow;
        private @Nullable QueuedRequest queued;
        private @Nullable InferenceResponse answer;
        private @Nullable DropReason dropReason;

        Piece(InferenceRequest part, int firstRow) {
            this.part = part;
            this.firstRow = firstRow;
        }

        /** With the rows of the request that it answers. */
        InferenceResponse placed(InferenceResponse response, boolean last) {
            return response.to(new Rows(firstRow, part.rows(), last));
        }

        @Override
        public void taken() {
            if (!rests.isEmpty()) {
                enqueueNext();
            }
        }

        @Override
        public int rowsToCome() {
            int rows = 0;
            for (Rest rest : rests) {
                rows += rest.rowsLeft;
            }
            return rows;
        }

        @Override
        public void dropped(DropReason reason) {
            dropReason = reason;
        }

        @Override
        public boolean cutAgain() {
            boolean isGivenUp = isGivenUp();
            if (part.rows() < 2 && !isGivenUp) {
                return false;
            }
            open.remove(this);
            if (!isGivenUp) {
                rests.addFirst(new Rest(part, firstRow, Math.ceilDiv(part.rows(), 2)));
                if (open.stream().noneMatch(Piece::isQueued)) {
                    enqueueNext();
                }
            } else if (open.isEmpty()) {
                RequestPieces.this.complete();
            }
            return true;
        }

        @Override
        public void complete(InferenceOutcome outcome) {
            ended(this, outcome);
        }

        boolean isQueued() {
            return queued != null && queued.isQueued();
        }

        boolean waits() {
            return queued != null && (queued.isQueued() || queued.waitsAgain);
        }

        void cancel() {
            if (queued != null) {
                batcher.cancel(queued);
            }
        }
    }
}
