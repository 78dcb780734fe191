package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.worker.contract.ModelId;
import org.jspecify.annotations.Nullable;

/**
 * What the request that opened a stream says for all that follows.
 *
 * @param requestId of the opening; those of its requests are made from it
 * @param client who sends them
 * @param keyHolder whose key opened it; null where none is asked for
 * @param model that the path names; null where each message names its own
 * @param priority as in {@link RequestHead}
 * @param timeoutNanos as in {@link RequestHead}
 */
public record StreamTerms(
        String requestId,
        String client,
        @Nullable KeyHolder keyHolder,
        @Nullable RequestedModel model,
        int priority,
        long timeoutNanos) {

    public RequestHead head(ModelId answering) {
        return new RequestHead(answering, client, priority, timeoutNanos);
    }
}
