package dev.sluice.gateway.metrics;

import dev.sluice.gateway.traffic.Split;
import dev.sluice.gateway.traffic.TrafficListener;
import dev.sluice.gateway.traffic.Verdict;
import dev.sluice.worker.contract.ModelId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Counts what becomes of candidates, and shows what they are given.
 *
 * @thread any; the registry finds its meters by name and tags, for none of this is frequent
 * @bound seven counters for each model of which a version has been tried
 */
final class TrafficMeters implements TrafficListener {

    private static final String REJECT = "reject";
    private static final String PROMOTE = "promote";

    private final MeterRegistry registry;
    private final MultiGauge weights;
    private Supplier<Collection<Split>> splits = List::of;

    TrafficMeters(MeterRegistry registry) {
        this.registry = registry;
        this.weights = MultiGauge.builder(MeterNames.CANDIDATE_WEIGHT).register(registry);
    }

    void watch(Supplier<Collection<Split>> divided) {
        splits = divided;
    }

    /** Looks at what changes by itself. */
    void refresh() {
        weights.register(
                splits.get().stream()
                        .map(split -> MultiGauge.Row.of(
                                ModelMeters.tags(split.candidateModel()),
                                split.policy().weightPercent()))
                        .toList(),
                true);
    }

    /** Before anything is counted, for what appears with its first number has no rate. */
    @Override
    public void begins(ModelId candidate) {
        decisions(candidate, REJECT);
        decisions(candidate, PROMOTE);
        rescues(candidate);
        for (CopyEnd end : CopyEnd.values()) {
            copies(candidate, end);
        }
    }

    @Override
    public void decided(ModelId candidate, Verdict verdict) {
        switch (verdict) {
            case Verdict.GoOn goOn -> {}
            case Verdict.Reject away -> decisions(candidate, REJECT).increment();
            case Verdict.Promote up -> decisions(candidate, PROMOTE).increment();
        }
    }

    @Override
    public void copied(ModelId candidate, CopyEnd end) {
        copies(candidate, end).increment();
    }

    @Override
    public void rescued(ModelId candidate) {
        rescues(candidate).increment();
    }

    /** These are of a model, not of a version: one that was sent away would take them along. */
    private Counter decisions(ModelId candidate, String decision) {
        return registry.counter(MeterNames.TRIAL_DECISIONS, "model", candidate.name(), "decision", decision);
    }

    private Counter copies(ModelId candidate, CopyEnd end) {
        String result = end.name().toLowerCase(Locale.ROOT);
        return registry.counter(MeterNames.SHADOW_COPIES, "model", candidate.name(), "result", result);
    }

    private Counter rescues(ModelId candidate) {
        return registry.counter(MeterNames.RESCUED_REQUESTS, "model", candidate.name());
    }
}
