package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the body of an inference request says, checked against the model's signature.
 *
 * @param inputs in the signature's order; raw ones are views of the body
 * @param outputs names of the wanted outputs in the order they were asked for, never empty
 * @param rows size of axis 0 for a batched model, otherwise 1
 * @param timeout how long the client waits; null when it does not say
 * @param priority 1 is the highest; 0 when the client does not say
 * @param routingKey what keeps it with others of that key while a version is on trial; null when it does not say
 * @param form how the answer is to look
 */
public record DecodedRequest(
        List<Tensor> inputs,
        List<String> outputs,
        int rows,
        @Nullable Duration timeout,
        int priority,
        @Nullable String routingKey,
        AnswerForm form) {

    /** One that does not say who it belongs with. */
    public DecodedRequest(
            List<Tensor> inputs,
            List<String> outputs,
            int rows,
            @Nullable Duration timeout,
            int priority,
            AnswerForm form) {
        this(inputs, outputs, rows, timeout, priority, null, form);
    }

    /** One of a protocol in which nothing is said besides, and which is answered in JSON. */
    public static DecodedRequest plain(List<Tensor> inputs, List<String> outputs, Signature signature) {
        int rows = SignatureCheck.rows(inputs, signature);
        return new DecodedRequest(inputs, outputs, rows, null, 0, new AnswerForm(null, List.of(), false));
    }
}
