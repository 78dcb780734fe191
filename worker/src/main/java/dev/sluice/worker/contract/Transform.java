package dev.sluice.worker.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What stands between people's things and a model's tensors, as its owner declares it.
 *
 * @param input how what is sent becomes the model's inputs; null when tensors are sent
 * @param output how its outputs become an answer; null when they are one
 */
public record Transform(
        @Nullable InputTransform input, @Nullable OutputTransform output) {

    /** Tensors in, tensors out. */
    public static final Transform NONE = new Transform(null, null);

    /** The outputs to ask a model of that signature for. */
    public List<String> outputs(Signature signature) {
        return output == null ? signature.outputNames() : output.outputs();
    }
}
