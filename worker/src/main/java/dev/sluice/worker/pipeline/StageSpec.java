package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Transform;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline has to know of the model of a stage.
 *
 * @param signature what it takes and gives
 * @param boxes how boxes are read of its outputs; null where its owner declares none
 */
public record StageSpec(Signature signature, @Nullable BoxesOutput boxes) {

    /** Of a model whose owner declares that. */
    public static StageSpec of(Signature signature, Transform declared) {
        return new StageSpec(signature, declared.output() instanceof BoxesOutput boxes ? boxes : null);
    }
}
