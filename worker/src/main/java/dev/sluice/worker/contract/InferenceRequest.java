package dev.sluice.worker.contract;

import java.util.List;

/**
 * One client call, decoded and checked against the model's signature.
 *
 * @param requestId names the call in logs and in the answer; chosen by the client or made by the front
 * @param inputs in the signature's order; optional inputs may be missing
 * @param outputs the wanted outputs in the order they were asked for, never empty
 * @param rows size of axis 0 for a batched model, otherwise 1
 * @param priority 1 is the highest of {@value #PRIORITIES}; 0 is the default
 * @param client whose request it is, for fair shares; those who cannot be told apart are one
 * @param cancellation whether the client has gone
 * @param parts who takes the answer in parts; {@link PartListener#NONE} for one answer
 */
public record InferenceRequest(
        ModelId model,
        String requestId,
        List<Tensor> inputs,
        List<String> outputs,
        int rows,
        int priority,
        String client,
        Deadline deadline,
        Cancellation cancellation,
        PartListener parts) {

    /** Two above the default, for who waits at a screen, and one below it, for who works through the night. */
    public static final int PRIORITIES = 4;

    /** A request of default priority and nobody in particular, whose client never goes. */
    public InferenceRequest(
            ModelId model, String requestId, List<Tensor> inputs, List<String> outputs, int rows, Deadline deadline) {
        this(model, requestId, inputs, outputs, rows, 0, "", deadline, Cancellation.NEVER);
    }

    /** A request that wants one answer. */
    public InferenceRequest(
            ModelId model,
            String requestId,
            List<Tensor> inputs,
            List<String> outputs,
            int rows,
            int priority,
            String client,
            Deadline deadline,
            Cancellation cancellation) {
        this(model, requestId, inputs, outputs, rows, priority, client, deadline, cancellation, PartListener.NONE);
    }

    /** Whether answers to some of its rows are welcome before the others are there. */
    public boolean wantsParts() {
        return !parts.equals(PartListener.NONE);
    }

    /** The same request, to be run by another model. */
    public InferenceRequest to(ModelId other) {
        return new InferenceRequest(
                other, requestId, inputs, outputs, rows, priority, client, deadline, cancellation, parts);
    }

    /** The same request for other rows, which are those of {@code inputs}. */
    public InferenceRequest withRows(List<Tensor> inputs, int rows) {
        return new InferenceRequest(
                model, requestId, inputs, outputs, rows, priority, client, deadline, cancellation, parts);
    }

    /** The same request, answered in parts if it is answered in pieces. */
    public InferenceRequest to(PartListener listener) {
        return new InferenceRequest(
                model, requestId, inputs, outputs, rows, priority, client, deadline, cancellation, listener);
    }
}
