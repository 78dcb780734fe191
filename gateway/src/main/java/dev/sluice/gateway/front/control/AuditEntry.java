package dev.sluice.gateway.front.control;

import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import java.time.Instant;
import java.util.Locale;

/**
 * Who wanted what changed, when, and what became of it.
 *
 * @param api by which of our interfaces
 * @param address where the request came from
 * @param client what the server calls the client
 * @param requestId under which logs speak of the request
 * @param action one word, or two
 * @param model empty where it concerned none
 * @param detail empty where there is nothing to add; not more than a thousand characters of it
 * @param outcome {@code done}, or the word for the error
 * @param message the same, for people; not more than a thousand characters of it
 */
public record AuditEntry(
        Instant time,
        String api,
        String address,
        String client,
        String requestId,
        String action,
        String model,
        String detail,
        String outcome,
        String message) {

    /** Of a message or detail: what anybody reads of it. */
    static final int MOST_CHARS = 1000;

    static AuditEntry of(Instant time, Operator operator, Change change, Outcome outcome) {
        InferenceError refusal = outcome.refusal();
        return new AuditEntry(
                time,
                operator.api().name().toLowerCase(Locale.ROOT),
                operator.address(),
                operator.name(),
                operator.requestId(),
                change.action(),
                change.model(),
                shortened(change.detail()),
                refusal == null ? "done" : StatusMapping.outcome(refusal),
                shortened(refusal == null ? outcome.message() : refusal.message()));
    }

    /** What is kept for ever must not be as long as somebody likes. */
    private static String shortened(String text) {
        if (text.length() <= MOST_CHARS) {
            return text;
        }
        int end = MOST_CHARS - 1;
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + '\u2026';
    }

    /** As an object of JSON. */
    public void json(JsonOutput out) {
        out.raw("{\"time\":\"").raw(time.toString());
        out.raw("\",\"api\":").string(api);
        out.raw(",\"address\":").string(address);
        out.raw(",\"client\":").string(client);
        out.raw(",\"request_id\":").string(requestId);
        out.raw(",\"change\":").string(action);
        out.raw(",\"model\":").string(model);
        out.raw(",\"detail\":").string(detail);
        out.raw(",\"outcome\":").string(outcome);
        out.raw(",\"message\":").string(message).raw('}');
    }
}
