package dev.sluice.gateway.drift;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.drift.VersionDrift.Output;
import dev.sluice.worker.contract.ModelCommand.KeepBaseline;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutputReport;
import dev.sluice.worker.contract.OutputSample;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.TrafficPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the answers of each version have looked like lately, and what that is compared with: what its owner has had kept;
 * otherwise, while it is on trial, the stable version; otherwise the version that served before it.
 *
 * <p>A version that is loaded anew begins anew, for its files may be others. What nobody has asked for as long as it is looked
 * at has no figures: its last ones would stand for ever.
 *
 * @thread any
 * @bound a report for each version in memory, and one for each model of a version that has left
 */
public final class Drift {

    private final ModelDirectory models;
    private final int minSamples;
    private final Ticker ticker;
    private final Map<ModelId, OutputReport> reports = new ConcurrentHashMap<>();
    private final Map<ModelId, Baseline> kept = new ConcurrentHashMap<>();
    private final Map<String, Baseline> before = new ConcurrentHashMap<>();
    private final Map<ModelId, Between> trials = new ConcurrentHashMap<>();

    /** @param origin for people */
    private record Baseline(String origin, List<OutputSample> outputs) {

        private static final Baseline NONE = new Baseline("", List.of());
    }

    /** What was found when these were the newest. */
    private record Between(OutputReport stable, OutputReport candidate, int least, List<Comparison> comparisons) {

        @SuppressWarnings("ReferenceEquality") // or it is what it was
        boolean isOf(OutputReport one, OutputReport other, int fewest) {
            return stable == one && candidate == other && least == fewest;
        }
    }

    /** @param minSamples that must be known on both sides */
    public Drift(ModelDirectory models, int minSamples, Ticker ticker) {
        this.models = models;
        this.minSamples = minSamples;
        this.ticker = ticker;
        models.whenChanged(this::forgetReplaced);
        models.whenUnloaded(this::hasLeft);
    }

    /** What a batcher has seen. One that leaves may report still, so it is asked in one step whether it has left. */
    public void apply(OutputReport report) {
        reports.compute(report.model(), (model, before) -> {
            boolean counts = models.isLoaded(model) && !models.isServedByAnother(model, report.batcher());
            return counts ? report : before;
        });
    }

    private void forgetReplaced(String name) {
        models.versions(name)
                .forEach(version -> reports.computeIfPresent(version.model(), (model, last) -> {
                    if (models.isServedByAnother(model, last.batcher())) {
                        kept.remove(model); // it has been read with the files
                        return null;
                    }
                    return last;
                }));
    }

    private void hasLeft(ModelId model) {
        OutputReport last = reports.remove(model);
        kept.remove(model);
        trials.remove(model);
        boolean isGone = models.versions(model.name()).isEmpty();
        boolean hasServed = models.plan(model.name()).isStable(model.version());
        if (isGone) {
            before.remove(model.name());
        } else if (last != null && hasServed && OutputReport.size(last.lately()) >= minSamples) {
            before.put(model.name(), new Baseline("version " + model.version() + ", before it left", last.lately()));
        }
    }

    /** Its owner has had that kept. */
    public void keep(KeepBaseline done) {
        Baseline baseline = new Baseline("its files", done.outputs());
        kept.compute(
                new ModelId(done.name(), done.version()), (model, before) -> models.isLoaded(model) ? baseline : null);
    }

    /** What can be kept of a version; nothing where too little is known. */
    public Optional<List<OutputSample>> lately(ModelId model) {
        return Optional.ofNullable(report(model))
                .map(OutputReport::lately)
                .filter(outputs -> OutputReport.size(outputs) >= minSamples);
    }

    public int minSamples() {
        return minSamples;
    }

    /** What is known of a version lately; null if that is nothing. */
    private @Nullable OutputReport report(ModelId model) {
        OutputReport last = reports.get(model);
        return last != null && isLately(last) ? last : null;
    }

    private boolean isLately(OutputReport report) {
        return ticker.nanos() - report.untilNanos() < 0;
    }

    /** Of every version that has answered lately. */
    public List<VersionDrift> all() {
        return reports.values().stream().filter(this::isLately).map(this::of).toList();
    }

    /** Of the versions of that model, the newest first. */
    public List<VersionDrift> of(String name) {
        return models.versions(name).stream()
                .flatMap(version -> Optional.ofNullable(report(version.model())).stream())
                .map(this::of)
                .toList();
    }

    private VersionDrift of(OutputReport report) {
        Baseline baseline = baseline(report);
        List<Output> outputs = report.lately().stream()
                .map(lately -> new Output(lately, comparison(lately, baseline.outputs, minSamples)))
                .toList();
        return new VersionDrift(report.model(), baseline.origin, outputs);
    }

    private Baseline baseline(OutputReport report) {
        ModelId model = report.model();
        Baseline own = kept.get(model);
        if (own != null) {
            return own;
        }
        if (!report.baseline().isEmpty()) {
            return new Baseline("its files", report.baseline());
        }
        OutputReport stable = stable(model);
        return stable == null
                ? before.getOrDefault(model.name(), Baseline.NONE)
                : new Baseline("version " + stable.model().version(), stable.lately());
    }

    /** Of the version beside which that one is tried; null if it is not. */
    private @Nullable OutputReport stable(ModelId candidate) {
        TrafficPlan plan = models.plan(candidate.name());
        return plan.candidate() == candidate.version() ? report(new ModelId(candidate.name(), plan.stable())) : null;
    }

    private static @Nullable Comparison comparison(OutputSample lately, List<OutputSample> baseline, int least) {
        for (OutputSample output : baseline) {
            if (Comparison.areComparable(lately, output) && lately.size() >= least && output.size() >= least) {
                return Comparison.of(lately, output);
            }
        }
        return null;
    }

    /** How the outputs of a version on trial differ from the stable version's; what fewer than that are known of is left out. */
    public List<Comparison> ofTrial(ModelId model, int least) {
        OutputReport candidate = report(model);
        OutputReport stable = stable(model);
        if (candidate == null || stable == null) {
            return List.of();
        }
        Between known = trials.get(model);
        if (known == null || !known.isOf(stable, candidate, least)) {
            List<Comparison> comparisons = candidate.lately().stream()
                    .map(lately -> Optional.ofNullable(comparison(lately, stable.lately(), least)))
                    .flatMap(Optional::stream)
                    .toList();
            Between found = new Between(stable, candidate, least, comparisons);
            trials.compute(model, (version, before) -> models.isLoaded(version) ? found : null);
            return comparisons;
        }
        return known.comparisons;
    }
}
