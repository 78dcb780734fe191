package dev.sluice.gateway.metrics;

import dev.sluice.gateway.traffic.Split;
import dev.sluice.gateway.traffic.TrafficListener;
import dev.sluice.gateway.traffic.Verdict;
import dev.sluice.worker.contract.ModelId;
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
 * @bound those of a version go with it
 */
final class TrafficMeters implements TrafficListener {

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

    /** Of a model, not of a version: the one that was sent away takes its meters along. */
    @Override
    public void decided(ModelId candidate, Verdict verdict) {
        String decision =
                switch (verdict) {
                    case Verdict.GoOn goOn -> "go_on";
                    case Verdict.Reject away -> "reject";
                    case Verdict.Promote up -> "promote";
                };
        registry.counter(MeterNames.TRIAL_DECISIONS, "model", candidate.name(), "decision", decision)
                .increment();
    }

    @Override
    public void copied(ModelId candidate, CopyEnd end) {
        String result = end.name().toLowerCase(Locale.ROOT);
        registry.counter(MeterNames.SHADOW_COPIES, "model", candidate.name(), "result", result)
                .increment();
    }

    @Override
    public void rescued(ModelId candidate) {
        registry.counter(MeterNames.RESCUED_REQUESTS, "model", candidate.name()).increment();
    }
}
