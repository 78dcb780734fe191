package dev.sluice.worker.contract;

import org.jspecify.annotations.Nullable;

/**
 * What stands between people's things and a model's tensors, as its owner declares it.
 *
 * @param image how a picture becomes the model's one input; null when none does
 * @param classes how an output becomes a label; null when none does
 */
public record Transform(
        @Nullable ImageInput image, @Nullable ClassOutput classes) {

    /** Tensors in, tensors out. */
    public static final Transform NONE = new Transform(null, null);
}
