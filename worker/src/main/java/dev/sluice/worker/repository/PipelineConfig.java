package dev.sluice.worker.repository;

import dev.sluice.worker.settings.Setting;
import java.util.List;

/**
 * What a model.yaml may say of a model that is made of other models, in the words of {@link
 * dev.sluice.worker.pipeline.PipelineText}; none, because most models have a file of their own.
 *
 * @param stages as {@code head = classifier(features=encoder.embedding)}
 * @param outputs as {@code probabilities = head.probabilities}
 */
public record PipelineConfig(
        @Setting("") List<String> stages, @Setting("") List<String> outputs) {

    boolean isSaid() {
        return !stages.isEmpty() || !outputs.isEmpty();
    }
}
