package dev.sluice.gateway.front.call;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import org.jspecify.annotations.Nullable;

/**
 * What must be remembered of a request while it is in the pipeline.
 *
 * @param partial what it has been given of its answer; null where one answer is wanted
 * @param tensorBytes of the budget, which its tensors take
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
        boolean leftBehind) {

    Answering by(ModelEndpoint other) {
        if (partial != null) {
            partial.by(other);
        }
        return new Answering(call, other, request.to(other.model()), form, partial, tensorBytes, true);
    }

    /** Nobody knows how far it came. */
    Answering givenUp() {
        return new Answering(call, endpoint, request, form, partial, tensorBytes, true);
    }

    boolean hasBegun() {
        return partial != null && partial.hasBegun();
    }

    /** Who asks for parts is told of every answer which rows it answers. */
    InferenceResponse placed(InferenceResponse response) {
        return partial == null || response.rows() != null ? response : response.to(new Rows(0, request.rows(), true));
    }
}
