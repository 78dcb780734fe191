package dev.sluice.gateway.admit;

import dev.sluice.worker.contract.ModelId;

/**
 * What can be known of a request before its body is read.
 *
 * @param priority 1 is the highest; {@link #UNSAID} when only the body may say
 * @param timeoutNanos how long the client waits at most; {@link #UNSAID} when only the body may say
 */
public record RequestHead(ModelId model, String client, int priority, long timeoutNanos) {

    public static final int UNSAID = 0;

    /** The same to another model. */
    public RequestHead to(ModelId other) {
        return new RequestHead(other, client, priority, timeoutNanos);
    }

    /** Whether the body can add nothing that matters here. */
    boolean saysAll() {
        return priority != UNSAID && timeoutNanos != UNSAID;
    }
}
