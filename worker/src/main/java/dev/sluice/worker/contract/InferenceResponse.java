package dev.sluice.worker.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one {@link InferenceRequest}, or to some of its rows if it is answered in parts.
 *
 * @param outputs the wanted outputs, in the request's order
 * @param rows which rows it answers, where parts were asked for; null where it is all there is
 */
public record InferenceResponse(
        ModelId model,
        List<Tensor> outputs,
        Timing timing,
        @Nullable Rows rows) implements InferenceOutcome {

    /** The only answer. */
    public InferenceResponse(ModelId model, List<Tensor> outputs, Timing timing) {
        this(model, outputs, timing, null);
    }

    /** The same as the answer to those rows. */
    public InferenceResponse to(Rows answered) {
        return new InferenceResponse(model, outputs, timing, answered);
    }

    /** The same, which had to wait until then. */
    public InferenceResponse readyAt(long nanos) {
        Timing then =
                new Timing(timing.queueNanos(), timing.gatherNanos(), timing.runNanos(), timing.batchRows(), nanos);
        return new InferenceResponse(model, outputs, then, rows);
    }

    /** Whether no other answer to the same request follows. */
    public boolean isLast() {
        return rows == null || rows.last();
    }

    /**
     * Some rows of a request.
     *
     * @param last whether all others have been answered
     */
    public record Rows(int first, int count, boolean last) {}

    /**
     * Where the time of one request went on the worker side.
     *
     * @param queueNanos from enqueue until its batch was formed
     * @param gatherNanos joining the rows of its batch
     * @param runNanos the engine call of its batch
     * @param batchRows rows in that batch, its own included
     * @param readyNanos when the answer was there, by the process's {@link Ticker}
     * @units nanoseconds and rows
     */
    public record Timing(long queueNanos, long gatherNanos, long runNanos, int batchRows, long readyNanos) {}
}
