package dev.sluice.gateway.front.call;

import dev.sluice.gateway.cache.Flight;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import org.jspecify.annotations.Nullable;

/**
 * What must be remembered of a request while it is in the pipeline.
 *
 * @param partial what it has been given of its answer; null where one answer is wanted
 * @param tensorBytes of the budget, which its tensors take
 * @param flight whose followers it answers; null where nobody may wait for it
 * @param leftBehind whether somebody who was to answer before may still read its inputs, whatever the outcome of others
 * @thread confined to one front loop
 */
record Answering(
        Call call,
        ModelEndpoint endpoint,
        InferenceRequest request,
        AnswerForm form,
        @Nullable PartialAnswer partial,
        long tensorBytes,
        @Nullable Flight flight,
        boolean leftBehind) {

    Answering(
            Call call,
            ModelEndpoint endpoint,
            InferenceRequest request,
            AnswerForm form,
            @Nullable PartialAnswer partial,
            long tensorBytes) {
        this(call, endpoint, request, form, partial, tensorBytes, null, false);
    }

    /** The same, whose answer is that of others too. */
    Answering ahead(Flight of) {
        return new Answering(call, endpoint, request, form, partial, tensorBytes, of, leftBehind);
    }

    /** Before it is answered: whether that answer is kept. */
    void tellUse(InferenceResponse itsOwn) {
        @Nullable InferenceResponse response = forOthers(itsOwn);
        if (flight != null && response != null && flight.keeps(response)) {
            call.cached(CacheUse.MISS, 0);
        }
    }

    void tellFollowers(InferenceOutcome outcome) {
        if (flight != null) {
            flight.ended(forOthers(outcome));
        }
    }

    /** An error is its own alone, and so is the answer of another model. */
    private @Nullable InferenceResponse forOthers(InferenceOutcome outcome) {
        return outcome instanceof InferenceResponse response && !leftBehind ? response : null;
    }

    Answering by(ModelEndpoint other) {
        if (partial != null) {
            partial.by(other);
        }
        return new Answering(call, other, request.to(other.model()), form, partial, tensorBytes, flight, true);
    }

    /** Nobody knows how far it came. */
    Answering givenUp() {
        return new Answering(call, endpoint, request, form, partial, tensorBytes, flight, true);
    }

    boolean hasBegun() {
        return partial != null && partial.hasBegun();
    }

    /** Who asks for parts is told of every answer which rows it answers. */
    InferenceResponse placed(InferenceResponse response) {
        return partial == null || response.rows() != null ? response : response.to(new Rows(0, request.rows(), true));
    }
}
