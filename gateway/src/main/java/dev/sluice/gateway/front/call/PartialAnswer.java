package dev.sluice.gateway.front.call;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.PartListener;
import org.jspecify.annotations.Nullable;

/**
 * What a call has been given of its answer: every part, up to the first that cannot be given.
 *
 * @thread confined to one front loop
 * @errors those of the part that could not be given; the rest is withdrawn, and the outcome, when it comes, is this error
 */
final class PartialAnswer implements PartListener {

    private final Call call;
    private final TakesParts taker;
    private final AnswerForm form;
    private final RequestListener listener;
    private ModelEndpoint endpoint;
    private boolean begun;
    private @Nullable InferenceError failure;

    private PartialAnswer(
            Call call, TakesParts taker, ModelEndpoint endpoint, AnswerForm form, RequestListener listener) {
        this.call = call;
        this.taker = taker;
        this.endpoint = endpoint;
        this.form = form;
        this.listener = listener;
    }

    /**
     * None of it yet; null where one answer is wanted.
     *
     * @throws InferenceException InvalidRequest for a call that has no more than one answer
     */
    static @Nullable PartialAnswer of(Call call, ModelEndpoint endpoint, AnswerForm form, RequestListener listener) {
        if (!form.inParts()) {
            return null;
        }
        if (call instanceof TakesParts taker) {
            return new PartialAnswer(call, taker, endpoint, form, listener);
        }
        throw InferenceException.invalid(
                "parameters.parts",
                "only a stream is answered in parts: a WebSocket at /v2/models/{model}/stream, or gRPC's ModelStreamInfer");
    }

    @Override
    public void answered(InferenceResponse part) {
        begun = true;
        if (failure != null || !call.isOpen()) {
            return;
        }
        try {
            taker.part(endpoint, part, form);
            listener.partGiven(endpoint.model());
        } catch (InferenceException refused) {
            fail(refused.error());
        } catch (RuntimeException | OutOfMemoryError defect) {
            fail(Serving.failed(call, defect));
        }
    }

    private void fail(InferenceError error) {
        failure = error;
        taker.cancel();
    }

    /** Whether it is too late for another model to answer. */
    boolean hasBegun() {
        return begun;
    }

    /** That model answers from now on. */
    void by(ModelEndpoint fallback) {
        endpoint = fallback;
    }

    /** Why a part could not be given; null if all could. */
    @Nullable
    InferenceError failure() {
        return failure;
    }
}
