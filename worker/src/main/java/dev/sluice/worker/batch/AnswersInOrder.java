package dev.sluice.worker.batch;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Holds answers back until those of earlier requests have left.
 *
 * <p>A refusal or a failure leaves at once and gives up its place: nobody is served by hearing it late. So does an
 * answer whose client has gone, or whose deadline passes while it is held. Parts of an answer leave when its turn has come,
 * and are held until then.
 *
 * @thread owned by the batcher loop
 * @bound one place for each request without an outcome, and one for each answer that is held, until its own deadline
 * @errors DeadlineExceeded and Cancelled for an answer that is held
 */
final class AnswersInOrder {

    private final Consumer<DropReason> dropped;
    private final LongSupplier nanos;
    private final LinkedHashSet<Place> places = new LinkedHashSet<>();

    private final PlacedHeap<Place> heldByDeadline = new PlacedHeap<>() {
        @Override
        boolean before(Place left, Place right) {
            return left.deadline.atNanos() - right.deadline.atNanos() < 0;
        }
    };

    /**
     * @param dropped told of each answer that is let go, before its client is
     * @param nanos tells when an answer leaves, which is when it is ready for its client
     */
    AnswersInOrder(Consumer<DropReason> dropped, LongSupplier nanos) {
        this.dropped = dropped;
        this.nanos = nanos;
    }

    /** To be called in the order of coming; hands on to {@code completion} what it hears, when its turn has come. */
    Completion inTurn(Deadline deadline, Completion completion) {
        Place place = new Place(deadline, completion);
        places.add(place);
        return place;
    }

    /** Lets go of the answers that are held and that nobody waits for any more. */
    void dropExpired(long nowNanos) {
        for (Place first = heldByDeadline.first();
                first != null && first.deadline.isExpired(nowNanos);
                first = heldByDeadline.first()) {
            first.drop(DropReason.EXPIRED_RUNNING, new InferenceError.DeadlineExceeded("order"));
        }
    }

    void askForWakeUp(WakeUps wakeUps) {
        Place first = heldByDeadline.first();
        if (first != null) {
            wakeUps.at(first.deadline.atNanos());
        }
    }

    private void leaveInOrder() {
        while (!places.isEmpty()) {
            Place first = places.getFirst();
            first.leaveParts();
            InferenceResponse held = first.held;
            if (held == null) {
                return;
            }
            first.leave();
            first.completion.complete(held.readyAt(nanos.getAsLong()));
        }
    }

    private final class Place extends PlacedHeap.Member implements Completion {

        private final Deadline deadline;
        private final Completion completion;
        private @Nullable InferenceResponse held;

        /** Of an answer whose other parts are still to come. */
        private List<InferenceResponse> heldParts = List.of();

        Place(Deadline deadline, Completion completion) {
            this.deadline = deadline;
            this.completion = completion;
        }

        @Override
        public void complete(InferenceOutcome outcome) {
            switch (outcome) {
                case InferenceResponse answer -> {
                    held = answer;
                    heldByDeadline.add(this);
                }
                case InferenceError error -> {
                    places.remove(this);
                    completion.complete(error);
                }
            }
            leaveInOrder();
        }

        @Override
        public void part(InferenceResponse part) {
            if (heldParts.isEmpty()) {
                heldParts = new ArrayList<>();
            }
            heldParts.add(part);
            leaveInOrder();
        }

        private void leaveParts() {
            List<InferenceResponse> leaving = heldParts;
            heldParts = List.of();
            leaving.forEach(completion::part);
        }

        @Override
        public void withdraw() {
            if (held != null) {
                drop(DropReason.CANCELLED_RUNNING, new InferenceError.Cancelled());
            }
        }

        private void drop(DropReason reason, InferenceError why) {
            leave();
            dropped.accept(reason);
            completion.complete(why);
        }

        private void leave() {
            places.remove(this);
            heldByDeadline.remove(this);
            held = null;
        }
    }
}
