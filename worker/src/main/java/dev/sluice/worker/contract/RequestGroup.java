package dev.sluice.worker.contract;

import java.util.List;

/**
 * The requests that one front loop has for one batcher, handed over in one message.
 *
 * <p>Waking a thread that sleeps costs more than everything else in a crossing, so what was decoded in one turn of a
 * loop travels together. The answers come back the same way, as {@link OutcomeGroup}.
 *
 * @param replyAddress the event-bus address at which the front loop waits for the outcomes
 * @thread immutable
 */
public record RequestGroup(String replyAddress, List<Entry> entries) {

    public RequestGroup {
        entries = List.copyOf(entries);
    }

    /** @param ticket names the request between its front loop and the batchers; never used twice */
    public record Entry(long ticket, InferenceRequest request) {}
}
