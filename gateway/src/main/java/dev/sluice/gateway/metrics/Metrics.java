package dev.sluice.gateway.metrics;

import dev.sluice.gateway.front.RequestListener;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.ModelReport;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Handler;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.RoutingContext;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The meters of this process and the page that shows them.
 *
 * @thread listeners are called on front and batcher loops; the page is made on a worker thread, because it takes
 *     milliseconds
 * @bound meters exist for models that have been loaded, never for names that clients make up
 */
public final class Metrics {

    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final boolean enabled;
    private final ModelMeters models = new ModelMeters(registry);
    private final MultiGauge states = MultiGauge.builder(MeterNames.MODEL_STATE).register(registry);
    private Supplier<List<ModelReport>> reports = List::of;

    public Metrics(MetricsOptions options) {
        this.enabled = options.enabled();
    }

    /** Makes Vert.x and the JVM report here; the event bus is left out, for it is our own hot path and has its own. */
    public VertxBuilder install(VertxBuilder builder, VertxOptions options) {
        if (!enabled) {
            return builder.with(options);
        }
        MicrometerMetricsOptions micrometer = new MicrometerMetricsOptions()
                .setEnabled(true)
                .setJvmMetricsEnabled(true)
                .addDisabledMetricsCategory(MetricsDomain.EVENT_BUS);
        return builder.with(options.setMetricsOptions(micrometer)).withMetrics(new MicrometerMetricsFactory(registry));
    }

    /** Shows numbers that are not counted but looked at. */
    public void watch(IntSupplier inFlight, Supplier<List<ModelReport>> reports) {
        Gauge.builder(MeterNames.IN_FLIGHT, inFlight::getAsInt).register(registry);
        this.reports = reports;
    }

    public RequestListener requestListener() {
        return enabled ? models : RequestListener.NONE;
    }

    public BatchListener batchListener() {
        return enabled ? models : BatchListener.NONE;
    }

    /** {@code GET /metrics} in the Prometheus text format; there is none when metrics are switched off. */
    public Optional<Handler<RoutingContext>> page() {
        return enabled ? Optional.of(this::show) : Optional.empty();
    }

    private void show(RoutingContext context) {
        context.vertx()
                .executeBlocking(this::scrape, false)
                .onSuccess(text -> context.response()
                        .putHeader("content-type", PROMETHEUS_TEXT)
                        .end(text))
                .onFailure(context::fail);
    }

    private String scrape() {
        states.register(reports.get().stream().map(Metrics::stateRow).toList(), true);
        return registry.scrape();
    }

    private static MultiGauge.Row<?> stateRow(ModelReport report) {
        Tags tags = ModelMeters.tags(report.model())
                .and("state", report.state().name().toLowerCase(Locale.ROOT));
        return MultiGauge.Row.of(tags, 1);
    }
}
