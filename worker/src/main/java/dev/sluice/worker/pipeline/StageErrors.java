package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.pipeline.PipelinePlan.Step;

/**
 * What a stage's error is to the client of the pipeline, who knows nothing of its stages.
 *
 * @thread any; holds nothing
 */
final class StageErrors {

    private StageErrors() {}

    /** The same error, which says where it happened. */
    static InferenceError of(Step step, InferenceError error) {
        String where = "stage " + step.name() + " (" + step.task() + ")";
        return switch (error) {
            case InferenceError.InvalidRequest(String field, String reason) ->
                new InferenceError.InvalidRequest(field.isEmpty() ? where : where + ": " + field, reason);
            case InferenceError.Overloaded(String message, long retryAfterMillis, boolean areInputsRead) ->
                new InferenceError.Overloaded(where + ": " + message, retryAfterMillis, areInputsRead);
            case InferenceError.DeadlineExceeded(String stage) ->
                new InferenceError.DeadlineExceeded(stage + " of " + where);
            case InferenceError.EngineFailure(String id, String what) ->
                new InferenceError.EngineFailure(id + ", " + where, what);
            case InferenceError.ModelNotReady(var model, String reason, long retryAfterMillis, boolean tooLarge) ->
                new InferenceError.ModelNotReady(model, reason + " (" + where + ")", retryAfterMillis, tooLarge);
            case InferenceError other -> other;
        };
    }
}
