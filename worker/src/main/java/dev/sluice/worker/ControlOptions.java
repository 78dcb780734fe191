package dev.sluice.worker;

import dev.sluice.worker.settings.Setting;
import java.time.Duration;
import java.util.List;

/**
 * How models come and go.
 *
 * @param mode who decides when; {@code watch}, for who copies a version into the repository wants it served
 * @param load models that are loaded at the start although the mode is {@code explicit}
 * @param poll how often the repository is looked at; 2 s, and not by the events of the file system, which network
 *     file systems and mounted volumes do not send
 * @param settle how long the files of a version must not have changed before they are taken for whole; 2 s
 * @param loadingThreads models that are loaded and warmed up at one time; 0 for half of the cores, for what serves
 *     already needs the others
 * @param memoryBudget memory that the models of this worker may take together, as their files say; 0 for no bound, since
 *     only who runs the machine knows what else it is for
 * @param idleAfter how long nobody may ask a model before it is sent to sleep; 0 for as long as there is memory, because
 *     the next request has to wait for it
 * @param drainTimeout longest time that a version which is leaving has for what it began; 1 min, as long as requests may take
 */
public record ControlOptions(
        @Setting("watch") Mode mode,
        @Setting("[]") List<String> load,
        @Setting(value = "2s", min = "100ms", max = "1h") Duration poll,
        @Setting(value = "2s", min = "0s", max = "1h") Duration settle,
        @Setting(value = "0", min = "0", max = "256") int loadingThreads,
        @Setting(value = "1m", min = "0s", max = "1h") Duration drainTimeout,

        @Setting(value = "0B", min = "0B", max = "65536GiB", bytes = true)
        long memoryBudget,

        @Setting(value = "0s", min = "0s", max = "168h") Duration idleAfter) {

    /** Who decides which models are in memory. */
    public enum Mode {
        /** Those that are in the repository at the start, until the end. */
        STATIC,
        /** Those that are in the repository, as it changes. */
        WATCH,
        /** Those that an operator has asked for. */
        EXPLICIT
    }

    int threads() {
        return loadingThreads > 0
                ? loadingThreads
                : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
