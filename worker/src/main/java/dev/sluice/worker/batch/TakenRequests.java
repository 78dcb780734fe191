package dev.sluice.worker.batch;

import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import org.jspecify.annotations.Nullable;

/**
 * Those that have left the queue and have no outcome: they run, or wait to run once more.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @owns its members until their outcome, which it tells them
 */
final class TakenRequests {

    private final DeadlineHeap open = new DeadlineHeap();
    private final Tally tally;
    private boolean someHaveGone;

    TakenRequests(Tally tally) {
        this.tally = tally;
    }

    void add(Batch batch) {
        batch.members().forEach(open::add);
    }

    @Nullable
    QueuedRequest firstToExpire() {
        return open.first();
    }

    /** Whether clients of some have gone while those ran, since this was asked last. */
    boolean haveGone() {
        boolean gone = someHaveGone;
        someHaveGone = false;
        return gone;
    }

    void settle(QueuedRequest member, InferenceOutcome outcome) {
        open.remove(member);
        member.complete(outcome);
    }

    void settleRest(Batch batch, InferenceError why) {
        batch.stillWanted().forEach(member -> settle(member, why));
    }

    void drop(QueuedRequest member, Refusal refusal) {
        tally.dropped(member, refusal.reason());
        if (refusal.reason() == DropReason.CANCELLED_RUNNING) {
            member.goes();
            someHaveGone = true;
        }
        settle(member, refusal.error());
    }

    void dropExpired(long now) {
        for (QueuedRequest first = open.first(); first != null && first.isUnwanted(now); first = open.first()) {
            drop(first, first.waitsAgain ? Refusal.unwantedQueued(first) : Refusal.unwantedRunning(first));
        }
    }

    /** A piece that there was too little memory for goes on in smaller ones, if that is possible. */
    void cutAgain(QueuedRequest piece, InferenceError otherwise) {
        open.remove(piece);
        if (!piece.cutAgain()) {
            piece.complete(otherwise);
        }
    }

    /** The batch as it may run. Only a client that has gone is found here, for who has expired is out already. */
    Batch withoutUnwanted(Batch batch, long now) {
        if (batch.members().stream().noneMatch(member -> member.isUnwanted(now))) {
            return batch;
        }
        for (QueuedRequest member : batch.members()) {
            if (member.isUnwanted(now)) {
                drop(member, Refusal.unwantedQueued(member));
            }
        }
        return Batch.of(batch.stillWanted(), batch.reason());
    }
}
