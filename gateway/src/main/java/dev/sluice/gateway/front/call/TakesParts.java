package dev.sluice.gateway.front.call;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;

/**
 * A {@link Call} that can be answered in parts, because more than one message may answer it: one on a stream.
 *
 * @thread confined to the front loop of its connection
 */
public interface TakesParts {

    /**
     * Gives a part to a call that is open, before the answer or an error ends it.
     *
     * @throws InferenceException when it cannot be given, and the error is to be given instead of what is to follow
     */
    void part(ModelEndpoint endpoint, InferenceResponse part, AnswerForm form);

    /** Nobody waits for what is to follow. */
    void cancel();
}
