package dev.sluice.worker.contract;

import java.util.List;

/**
 * The outcomes that one batcher has for one front loop, handed over in one message.
 *
 * @param capacity what the model can do, as the batcher believes now
 * @thread immutable
 */
public record OutcomeGroup(ModelId model, Capacity capacity, List<Entry> entries) {

    public OutcomeGroup {
        entries = List.copyOf(entries);
    }

    /**
     * The end of a request, or a part of its answer, which is told by {@link InferenceResponse#isLast}.
     *
     * @param ticket that of the request, in its {@link RequestGroup}
     */
    public record Entry(long ticket, InferenceOutcome outcome) {}
}
