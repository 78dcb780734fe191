package dev.sluice.gateway.drift;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutputSample;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of the answers of a version.
 *
 * @param baseline what they are compared with, for people; empty where there is nothing
 */
public record VersionDrift(ModelId model, String baseline, List<Output> outputs) {

    /**
     * Of one output.
     *
     * @param comparison null where there is no baseline for it, or too little is known
     */
    public record Output(OutputSample lately, @Nullable Comparison comparison) {

        /** The part of the answers that had no finite number. */
        public double notFinitePart() {
            return lately.size() == 0 ? 0 : (double) lately.notFinite() / lately.size();
        }
    }
}
