package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import java.util.LinkedHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Holds answers back until those of earlier requests have left.
 *
 * <p>A refusal or a failure leaves at once and gives up its place: nobody is served by hearing it late.
 *
 * @thread owned by the batcher loop
 * @bound one place for each request without an outcome, and one for each answer that is held; no longer than the
 *     latest deadline of those before it
 */
final class AnswersInOrder {

    private final LinkedHashSet<Place> places = new LinkedHashSet<>();

    /** To be called in the order of coming; hands on to {@code completion} what it hears, when its turn has come. */
    Completion inTurn(Completion completion) {
        Place place = new Place(completion);
        places.add(place);
        return place;
    }

    private void leaveInOrder() {
        while (!places.isEmpty()) {
            Place first = places.getFirst();
            InferenceResponse held = first.held;
            if (held == null) {
                return;
            }
            places.remove(first);
            first.completion.complete(held);
        }
    }

    private final class Place implements Completion {

        private final Completion completion;
        private @Nullable InferenceResponse held;

        Place(Completion completion) {
            this.completion = completion;
        }

        @Override
        public void complete(InferenceOutcome outcome) {
            switch (outcome) {
                case InferenceResponse answer -> held = answer;
                case InferenceError error -> {
                    places.remove(this);
                    completion.complete(error);
                }
            }
            leaveInOrder();
        }
    }
}
