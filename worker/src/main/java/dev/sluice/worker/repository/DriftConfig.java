package dev.sluice.worker.repository;

import dev.sluice.worker.settings.Setting;
import java.time.Duration;
import java.util.List;

/**
 * What a model.yaml may say of how the model's answers are watched.
 *
 * @param watch whether they are
 * @param window how far a sample goes back; 0s for what {@code worker.drift.window} says
 * @param outputs which outputs; empty for the first eight that have numbers
 * @param values outputs whose rows are numbers and no scores of classes
 */
public record DriftConfig(
        @Setting("auto") Watch watch,
        @Setting(value = "0s", min = "0s", max = "24h") Duration window,
        @Setting("") List<String> outputs,
        @Setting("") List<String> values) {

    /** Whether a model's answers are watched. */
    public enum Watch {
        /** They are if {@code worker.drift.enabled} says so. */
        AUTO,
        /** They are not. */
        OFF
    }
}
