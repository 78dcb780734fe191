package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.settings.Setting;
import dev.sluice.worker.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model's own model.yaml may say; every key may be left out, and 0 always means: as sluice.yaml says.
 *
 * @param instances worker threads for this model, or a list of groups of them, as {@link GroupConfig} reads it
 * @param intraOpThreads threads that one engine call is spread over
 * @param maxBatchRows rows in one batch
 * @param maxQueueRequests requests that wait for this model
 * @param slo how long a request should take in the batcher at most; 0 for no objective but the requests' own deadlines
 * @param share how much of the device's time it is due when models want more than there is: twice as much as one with
 *     half of it
 * @param preferredBatchSizes rows of batches that are worth waiting for; none, and no {@code maxQueueDelay}, for batches
 *     that the worker sizes by itself
 * @param maxQueueDelay how long a request may wait for such a batch while an instance is idle
 * @param preserveOrdering whether answers leave in the order in which their requests came
 * @param batching whether requests may share an engine call
 * @param breaker whether the model is left alone for a while when its batches fail
 * @param slowFactor a batch is slow, and counts like one that failed, that took this many times as long as expected
 * @param fallback who answers while this model's circuit is open: the name of another model, with or without its
 *     version as in {@code digits-small/1}; empty for nobody
 * @param versions which versions are served: {@code latest}, {@code latest 2}, {@code all}, or their numbers
 * @param versionLabels other names that clients may call versions by, as {@code stable=2}
 * @param sources where versions come from that do not lie in the model's folder, as {@code 2=https://...}, perhaps with
 *     {@code sha256=...} behind it
 * @param selfTest whether a version must be able to run before it serves
 * @param finiteOutputs whether a version without golden samples must answer with finite numbers; on, because a weight
 *     that is broken makes all answers so, and what zeros may legally do is tried again with other numbers
 * @param sameSignature whether a version must have the inputs and outputs of the one that serves; off, for a change of
 *     them may be meant, and is remarked on
 * @param labels names of the classes that an output counts, in the order of the output's elements; empty for none
 * @param raggedAxes axes of inputs that may be padded, as {@code INPUT.AXIS}
 * @param padValues what inputs are padded with, as {@code INPUT=VALUE}
 * @param trim how long axes of outputs are, as {@code OUTPUT.AXIS=INPUT.AXIS}
 * @param device where it runs: {@code cpu}, or {@code cuda:N} for the N-th GPU
 * @param executionProvider by what; empty for the one that is named after the device
 * @param providerOptions of that, as {@code NAME=VALUE}
 * @param cpuFallback whether the CPU will do where that is not to be had; off, for it may be a hundred times slower
 * @param pinned whether it is never sent to sleep
 * @param idleAfter how long nobody may ask it before it is sent to sleep
 * @param traffic how a version is tried before it serves
 * @param drift how its answers are watched
 * @param signature what it takes and gives, where the model does not say so
 * @param transform what stands between pictures and labels and the model's tensors
 * @param cache whether its answers are given again
 * @param pipeline which other models it is made of
 */
public record ModelConfig(
        @Setting(value = "0", sections = true) List<String> instances,
        @Setting(value = "0", min = "0", max = "256") int intraOpThreads,
        @Setting(value = "0", min = "0", max = "65536") int maxBatchRows,
        @Setting(value = "0", min = "0", max = "1000000") int maxQueueRequests,
        @Setting(value = "0s", min = "0s", max = "1h") Duration slo,
        @Setting(value = "1", min = "1", max = "1000") int share,
        @Setting("") List<String> preferredBatchSizes,
        @Setting(value = "0s", min = "0s", max = "1h") Duration maxQueueDelay,
        @Setting("false") boolean preserveOrdering,
        @Setting("auto") Batching batching,
        @Setting("auto") Breaker breaker,
        @Setting(value = "0", min = "0", max = "1000") double slowFactor,
        @Setting("") String fallback,
        @Setting("latest") List<String> versions,
        @Setting("") List<String> versionLabels,
        @Setting("") List<String> sources,
        @Setting("auto") SelfTest selfTest,
        @Setting("true") boolean finiteOutputs,
        @Setting("false") boolean sameSignature,
        @Setting("") List<String> labels,
        @Setting("") List<String> raggedAxes,
        @Setting("") List<String> padValues,
        @Setting("") List<String> trim,
        @Setting("cpu") String device,
        @Setting("") String executionProvider,
        @Setting("") List<String> providerOptions,
        @Setting("false") boolean cpuFallback,
        @Setting("false") boolean pinned,
        @Setting(value = "0s", min = "0s", max = "168h") Duration idleAfter,
        TrafficConfig traffic,
        DriftConfig drift,
        SignatureConfig signature,
        TransformConfig transform,
        CacheConfig cache,
        PipelineConfig pipeline) {

    private static final Pattern SOURCE = Pattern.compile("([1-9][0-9]{0,17})=(.+)");
    private static final Pattern VERSION_LABEL = Pattern.compile("([A-Za-z][A-Za-z0-9._-]{0,62})=([1-9][0-9]{0,17})");

    /**
     * Reads a model.yaml, and beneath it the {@code config.pbtxt} beside it; a model without either has the defaults.
     *
     * @throws dev.sluice.worker.settings.SettingsException with all that is wrong with it
     */
    public static ModelConfig read(Path file) {
        return read(file, Map.of());
    }

    /**
     * Reads a model.yaml and checks its values, as {@link Settings#load(Map)} does.
     *
     * @throws dev.sluice.worker.settings.SettingsException with all that is wrong with it
     */
    public static ModelConfig read(Path file, Map<String, Function<String, Optional<String>>> checks) {
        Settings<ModelConfig> settings =
                Settings.of(ModelConfig.class).beneath(TritonConfig.beside(file).settings());
        Map<String, Function<String, Optional<String>>> all = new HashMap<>(checks);
        TransformConfig.checks().forEach(all::putIfAbsent);
        all.put("preferred_batch_sizes", ModelConfig::badBatchSize);
        all.put("versions", VersionPolicy::fault);
        all.put("version_labels", ModelConfig::badVersionLabel);
        all.put("instances", GroupConfig::fault);
        all.put("device", ModelConfig::badDevice);
        all.put("provider_options", ModelConfig::badProviderOption);
        all.put("sources", ModelConfig::badSource);
        all.put("signature.inputs", SignatureConfig::fault);
        all.put("signature.outputs", SignatureConfig::fault);
        all.put("traffic.candidate", TrafficConfig::badCandidate);
        all.put("pipeline", nothing -> Optional.of("says nothing (expected stages and outputs)"));
        return (Files.exists(file) ? settings.file(file) : settings).load(all);
    }

    private static Optional<String> badBatchSize(String rows) {
        return rows.matches("[1-9][0-9]{0,4}")
                ? Optional.empty()
                : Optional.of("is no number of rows, from 1 to 99999 (got " + rows + ")");
    }

    private static Optional<String> badSource(String text) {
        Matcher form = SOURCE.matcher(text);
        if (!form.matches()) {
            return Optional.of(
                    "is no VERSION=URL, as in 2=https://example.org/digits.onnx (got " + ModelSource.shown(text) + ")");
        }
        try {
            ModelSource.parse(form.group(2));
            return Optional.empty();
        } catch (IllegalArgumentException faulty) {
            return Optional.of(String.valueOf(faulty.getMessage()));
        }
    }

    /** By version, where it comes from. */
    public Map<Long, ModelSource> sourcesByVersion() {
        Map<Long, ModelSource> byVersion = new HashMap<>();
        for (String text : sources) {
            Matcher form = SOURCE.matcher(text);
            if (form.matches()) {
                byVersion.put(Long.valueOf(form.group(1)), ModelSource.parse(form.group(2)));
            }
        }
        return byVersion;
    }

    private static Optional<String> badVersionLabel(String label) {
        return VERSION_LABEL.matcher(label).matches()
                ? Optional.empty()
                : Optional.of("is no LABEL=VERSION, as in stable=2, with a label that begins with a letter (got "
                        + label + ")");
    }

    static Optional<String> badDevice(String device) {
        return device.matches("cpu|cuda:[0-9]{1,3}")
                ? Optional.empty()
                : Optional.of("is no device (expected cpu, or cuda:0 and the like; got " + device + ")");
    }

    static Optional<String> badProviderOption(String option) {
        return option.matches("[A-Za-z0-9_.]+=.*")
                ? Optional.empty()
                : Optional.of("is no NAME=VALUE (got " + option + ")");
    }

    /** By name, the options of its execution provider. */
    public Map<String, String> providerSettings() {
        return byName(providerOptions);
    }

    static Map<String, String> byName(List<String> options) {
        Map<String, String> settings = new HashMap<>();
        for (String option : options) {
            int equals = option.indexOf('=');
            settings.put(option.substring(0, equals), option.substring(equals + 1));
        }
        return settings;
    }

    /**
     * Which versions are served.
     *
     * @throws IllegalArgumentException when what it says excludes itself
     */
    public VersionPolicy versionPolicy() {
        return VersionPolicy.parse(versions);
    }

    /**
     * On which devices its instances run, at least one.
     *
     * @throws IllegalArgumentException when what it says does not go together
     */
    public List<GroupConfig> groups() {
        return GroupConfig.of(this);
    }

    /** All that a version depends on that is loaded, as text. */
    String ofLoading() {
        return toString()
                .replace("instances=" + instances + ", ", GroupConfig.ofLoading(groups()))
                .replace(
                        "versions=" + versions + ", versionLabels=" + versionLabels + ", sources=" + sources + ", ", "")
                .replace(", traffic=" + traffic, "");
    }

    /** By label, the version it points to. */
    public Map<String, Long> labelledVersions() {
        Map<String, Long> labelled = new HashMap<>();
        for (String label : versionLabels) {
            Matcher form = VERSION_LABEL.matcher(label);
            if (form.matches()) {
                labelled.put(form.group(1), Long.valueOf(form.group(2)));
            }
        }
        return labelled;
    }

    /** The preferred batch sizes as numbers. */
    public List<Integer> preferredRows() {
        return preferredBatchSizes.stream().map(Integer::valueOf).toList();
    }

    /** Whether requests to a model may share an engine call. */
    public enum Batching {
        /** They may if the model's signature has rows along axis 0. */
        AUTO,
        /** Each request is run alone, whatever the signature looks like. */
        OFF
    }

    /** Whether a version is tested before it serves. */
    public enum SelfTest {
        /** It must answer its golden samples; without any, it must be able to run a row of zeros. */
        AUTO,
        /** It must answer its golden samples, if there are any. */
        OFF
    }

    /** Whether a model has a circuit breaker. */
    public enum Breaker {
        /** It has if {@code worker.breaker.enabled} says so. */
        AUTO,
        /** It has none. */
        OFF
    }
}
