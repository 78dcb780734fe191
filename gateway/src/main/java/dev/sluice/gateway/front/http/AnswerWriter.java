package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.transform.OutputWork;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelReport.Description;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answer to one inference request in the words of its protocol.
 *
 * @thread a front loop; a thread of the pool where {@link #work} says that it is much, for that one answer
 */
@FunctionalInterface
public interface AnswerWriter {

    /**
     * The whole body.
     *
     * @param model what answered
     * @throws InferenceException when the outputs cannot be said in the form that was asked for
     */
    JsonOutput write(InferenceResponse response, Description model);

    /** How much it makes of the outputs; nothing where it writes them as they are. */
    default OutputWork work(InferenceResponse response, Description model) {
        return OutputWork.NONE;
    }

    /** The whole body as plain text; null where it is JSON. */
    default @Nullable String text(InferenceResponse response, Description model) {
        return null;
    }
}
