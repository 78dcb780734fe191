package dev.sluice.gateway.metrics;

import dev.sluice.gateway.drift.Comparison;
import dev.sluice.gateway.drift.VersionDrift;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Shows whether versions answer as they are known to.
 *
 * @thread the worker thread that makes the page
 * @bound four gauges for each output that is watched, which are a few for each version in memory
 */
final class DriftMeters {

    private final MultiGauge psi;
    private final MultiGauge byChance;
    private final MultiGauge ks;
    private final MultiGauge samples;
    private final MultiGauge notFinite;
    private Supplier<List<VersionDrift>> versions = List::of;

    DriftMeters(MeterRegistry registry) {
        psi = MultiGauge.builder(MeterNames.DRIFT_PSI).register(registry);
        byChance = MultiGauge.builder(MeterNames.DRIFT_PSI_BY_CHANCE).register(registry);
        ks = MultiGauge.builder(MeterNames.DRIFT_KS).register(registry);
        samples = MultiGauge.builder(MeterNames.DRIFT_SAMPLES).register(registry);
        notFinite = MultiGauge.builder(MeterNames.DRIFT_NOT_FINITE).register(registry);
    }

    void watch(Supplier<List<VersionDrift>> all) {
        versions = all;
    }

    void refresh() {
        List<Row<?>> indexes = new ArrayList<>();
        List<Row<?>> expected = new ArrayList<>();
        List<Row<?>> distances = new ArrayList<>();
        List<Row<?>> sizes = new ArrayList<>();
        List<Row<?>> parts = new ArrayList<>();
        for (VersionDrift version : versions.get()) {
            for (VersionDrift.Output output : version.outputs()) {
                Tags tags = ModelMeters.tags(version.model())
                        .and("output", output.lately().output());
                sizes.add(Row.of(tags, output.lately().size()));
                parts.add(Row.of(tags, output.notFinitePart()));
                Comparison comparison = output.comparison();
                if (comparison != null) {
                    indexes.add(Row.of(tags, comparison.psi()));
                    expected.add(Row.of(tags, comparison.psiByChance()));
                    distances.add(Row.of(tags, comparison.ks()));
                }
            }
        }
        psi.register(indexes, true);
        byChance.register(expected, true);
        ks.register(distances, true);
        samples.register(sizes, true);
        notFinite.register(parts, true);
    }
}
