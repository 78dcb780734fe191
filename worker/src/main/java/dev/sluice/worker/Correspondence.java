package dev.sluice.worker;

import dev.sluice.worker.batch.Completion;
import dev.sluice.worker.batch.Pending;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutcomeGroup;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What a batcher has to do with one front loop: the requests from there that have no outcome yet, and the outcomes that
 * are to go there at the end of this turn.
 *
 * @thread owned by the batcher loop
 * @bound the front loop's requests in flight
 */
final class Correspondence {

    private final Map<Long, Pending> pending = new HashMap<>();
    private final List<OutcomeGroup.Entry> outcomes = new ArrayList<>();
    private final Consumer<InferenceOutcome> leaving;

    /** @param leaving told of every outcome and every part of an answer */
    Correspondence(Consumer<InferenceOutcome> leaving) {
        this.leaving = leaving;
    }

    /** @param enqueue hands the request over; its outcome may come before it returns */
    void submit(long ticket, Function<Completion, Pending> enqueue) {
        Reply reply = new Reply(ticket);
        Pending request = enqueue.apply(reply);
        if (!reply.given) {
            pending.put(ticket, request);
        }
    }

    /** Does nothing to a request that has its outcome already. */
    void withdraw(long ticket) {
        Pending request = pending.get(ticket);
        if (request != null) {
            request.cancel();
        }
    }

    void answer(long ticket, InferenceOutcome outcome) {
        outcomes.add(new OutcomeGroup.Entry(ticket, outcome));
        leaving.accept(outcome);
    }

    /** The outcomes since the last call. */
    OutcomeGroup takeOutcomes(ModelId model, Capacity capacity) {
        OutcomeGroup group = new OutcomeGroup(model, capacity, outcomes);
        outcomes.clear();
        return group;
    }

    boolean hasOutcomes() {
        return !outcomes.isEmpty();
    }

    /** Whether nothing is left to be said, unless new requests come. */
    boolean isOver() {
        return pending.isEmpty() && outcomes.isEmpty();
    }

    private final class Reply implements Completion {

        private final long ticket;
        private boolean given;

        Reply(long ticket) {
            this.ticket = ticket;
        }

        @Override
        public void complete(InferenceOutcome outcome) {
            given = true;
            pending.remove(ticket);
            answer(ticket, outcome);
        }

        @Override
        public void part(InferenceResponse part) {
            answer(ticket, part);
        }
    }
}
