package dev.sluice.worker.pipeline;

/**
 * Where a tensor of a pipeline comes from.
 *
 * @param stage empty for the pipeline's own input
 * @param tensor the name of that input, or of the stage's output; empty for the only output that the stage's model has
 */
public record Source(String stage, String tensor) {

    public boolean isInput() {
        return stage.isEmpty();
    }

    /** As people write it. */
    @Override
    public String toString() {
        return isInput() ? tensor : tensor.isEmpty() ? stage : stage + "." + tensor;
    }
}
