package dev.sluice.gateway.metrics;

import dev.sluice.gateway.traffic.Split;
import dev.sluice.gateway.traffic.TrafficListener;
import dev.sluice.gateway.traffic.Verdict;
import dev.sluice.worker.contract.ModelId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Counts what becomes of candidates, and shows what they are given.
 *
 * @thread any
 * @bound seven counters for each model that is there and of which a version has been tried
 */
final class TrafficMeters implements TrafficListener {

    private final MeterRegistry registry;
    private final MultiGauge weights;
    private final Map<String, Counters> byModel = new ConcurrentHashMap<>();
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
        byModel.computeIfAbsent(candidate.name(), name -> new Counters(registry, name));
    }

    @Override
    public void decided(ModelId candidate, Verdict verdict) {
        switch (verdict) {
            case Verdict.GoOn goOn -> {}
            case Verdict.Reject away -> count(candidate, counters -> counters.rejections);
            case Verdict.Promote up -> count(candidate, counters -> counters.promotions);
        }
    }

    @Override
    public void copied(ModelId candidate, CopyEnd end) {
        count(candidate, counters -> counters.copies(end));
    }

    @Override
    public void rescued(ModelId candidate) {
        count(candidate, counters -> counters.rescues);
    }

    private void count(ModelId candidate, Function<Counters, Counter> which) {
        @Nullable Counters counters = byModel.get(candidate.name());
        if (counters != null) {
            which.apply(counters).increment();
        }
    }

    /** Takes away the counters of a model that is not there any more. */
    void forget(String model) {
        byModel.computeIfPresent(model, (name, counters) -> {
            counters.remove();
            return null;
        });
    }

    /**
     * Those of a model, not of a version: one that was sent away would take them along.
     *
     * @thread as the class around it
     */
    private static final class Counters {

        private final MeterRegistry registry;
        private final String model;
        private final Counter rejections;
        private final Counter promotions;
        private final Counter rescues;
        private final Map<CopyEnd, Counter> copies = new EnumMap<>(CopyEnd.class);

        Counters(MeterRegistry registry, String model) {
            this.registry = registry;
            this.model = model;
            rejections = counter(MeterNames.TRIAL_DECISIONS, "decision", "reject");
            promotions = counter(MeterNames.TRIAL_DECISIONS, "decision", "promote");
            rescues = counter(MeterNames.RESCUED_REQUESTS);
            for (CopyEnd end : CopyEnd.values()) {
                copies.put(
                        end,
                        counter(MeterNames.SHADOW_COPIES, "result", end.name().toLowerCase(Locale.ROOT)));
            }
        }

        private Counter counter(String name, String... tags) {
            return registry.counter(name, Tags.of("model", model).and(tags));
        }

        Counter copies(CopyEnd end) {
            return Objects.requireNonNull(copies.get(end));
        }

        void remove() {
            copies.values().forEach(registry::remove);
            List.of(rejections, promotions, rescues).forEach(registry::remove);
        }
    }
}
