package dev.sluice.gateway.front.call;

import dev.sluice.gateway.admit.Permit;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;

/**
 * One inference request, whatever protocol it came by: what it says of itself, and how its client hears the end of it.
 *
 * @thread confined to the front loop of its connection
 */
public interface Call {

    Protocol protocol();

    /** Names it in logs and in errors that say nothing else. */
    String requestId();

    /** Who sends it. */
    String client();

    /** When its head had arrived. */
    long startNanos();

    /** Takes note when its client goes before it has been answered; asked once, when the request sets out. */
    Cancellation cancellation();

    /** Whether an answer can still be given: none has been, and the client is there. */
    boolean isOpen();

    /** Keeps its place in the quotas, until {@link #leave} or until its client has gone. */
    void hold(Permit place);

    /** Gives its place in the quotas back, if it still has it; before the answer, so that whoever has that finds room. */
    void leave();

    /** Another model answers in place of the one that was asked. */
    void standsIn(ModelId model);

    /**
     * Gives the answer; to a client that has gone, nothing.
     *
     * @throws InferenceException when it cannot be given, and the error is to be given instead
     */
    void answer(ModelEndpoint endpoint, InferenceResponse response, AnswerForm form);

    /** Gives an error for an answer. */
    void refuse(InferenceError error);
}
