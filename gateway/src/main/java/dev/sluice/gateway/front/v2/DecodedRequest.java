package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.Tensor;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the body of an inference request says, checked against the model's signature.
 *
 * @param id the client's own name for the request, to be returned; null when there is none
 * @param inputs in the signature's order
 * @param outputs the wanted outputs in the order they were asked for, never empty
 * @param rows size of axis 0 for a batched model, otherwise 1
 * @param timeout how long the client waits; null when it does not say
 */
public record DecodedRequest(
        @Nullable String id,
        List<Tensor> inputs,
        List<String> outputs,
        int rows,
        @Nullable Duration timeout) {}
