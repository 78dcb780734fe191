package dev.sluice.worker.contract;

import java.util.List;

/**
 * What one front loop has for one batcher, handed over in one message: requests, and word of those whose clients have
 * gone.
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

    /**
     * One thing that the front loop has to say.
     *
     * @thread immutable
     */
    public sealed interface Entry {

        /** Names the request between its front loop and the batchers; never used twice. */
        long ticket();
    }

    /** A new request. */
    public record Submit(long ticket, InferenceRequest request) implements Entry {}

    /** Nobody waits for the outcome of a request any more, though one is still sent. */
    public record Withdraw(long ticket) implements Entry {}
}
