package dev.sluice.gateway.metrics;

import dev.sluice.gateway.admit.LimitListener;
import dev.sluice.gateway.cache.CacheListener;
import dev.sluice.gateway.drift.VersionDrift;
import dev.sluice.gateway.front.Page;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.gateway.traffic.Split;
import dev.sluice.gateway.traffic.TrafficListener;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.SourceListener;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.micrometer.MetricsDomain;
import io.vertx.micrometer.MicrometerMetricsFactory;
import io.vertx.micrometer.MicrometerMetricsOptions;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The meters of this process and the page that shows them.
 *
 * @thread listeners are called on front and batcher loops; the page is made on a worker thread, because it takes
 *     milliseconds
 * @bound meters exist for models that have been loaded, never for names that clients make up
 */
public final class Metrics {

    private static final List<MetricsDomain> LEFT_OUT =
            List.of(MetricsDomain.EVENT_BUS, MetricsDomain.HTTP_SERVER, MetricsDomain.NET_SERVER);

    /** Each instance has a thread pool of its own, with a name that no other will have, so its meters would never go. */
    private static final MeterFilter NO_INSTANCES = MeterFilter.deny(id -> {
        String pool = id.getTag("pool_name");
        return pool != null && pool.startsWith("sluice.instance.");
    });

    private static final double NANOS = 1e9;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final boolean enabled;
    private final ModelMeters models;
    private final TrafficMeters traffic;
    private final DriftMeters drift;
    private final MultiGauge states;
    private final MultiGauge remarks;
    private final MultiGauge cached;
    private final MultiGauge instances;
    private Supplier<List<ModelReport>> reports = List::of;
    private Supplier<Map<ModelId, Long>> cachedBytes = Map::of;

    /** @param loaded whether a version is in memory; no more when {@link #forget} is told of it */
    public Metrics(MetricsOptions options, Predicate<ModelId> loaded) {
        registry.config().meterFilter(NO_INSTANCES); // first, or meters that are there escape it
        this.states = MultiGauge.builder(MeterNames.MODEL_STATE).register(registry);
        this.remarks = MultiGauge.builder(MeterNames.MODEL_REMARKS).register(registry);
        this.cached = MultiGauge.builder(MeterNames.CACHE_BYTES).register(registry);
        this.instances = MultiGauge.builder(MeterNames.INSTANCES).register(registry);
        this.enabled = options.enabled();
        this.models = new ModelMeters(registry, loaded);
        this.traffic = new TrafficMeters(registry);
        this.drift = new DriftMeters(registry);
    }

    /**
     * Makes Vert.x and the JVM report here: verticles, pools, JVM. Left out are the event bus and the HTTP server, which are
     * our own hot path and have meters of ours. Besides, the server's would have the request's method as a label, which
     * clients can make up, and Vert.x 5.0.7 fails on connections that come while the port is being opened.
     */
    public VertxBuilder install(VertxBuilder builder, VertxOptions options) {
        if (!enabled) {
            return builder.with(options);
        }
        MicrometerMetricsOptions micrometer =
                new MicrometerMetricsOptions().setEnabled(true).setJvmMetricsEnabled(true);
        LEFT_OUT.forEach(micrometer::addDisabledMetricsCategory);
        return builder.with(options.setMetricsOptions(micrometer)).withMetrics(new MicrometerMetricsFactory(registry));
    }

    /** Shows numbers that are not counted but looked at. */
    public void watch(IntSupplier inFlight, Supplier<List<ModelReport>> reports) {
        Gauge.builder(MeterNames.IN_FLIGHT, inFlight::getAsInt).register(registry);
        this.reports = reports;
    }

    /** The same for what versions on trial are given. */
    public void watchTraffic(Supplier<Collection<Split>> splits) {
        traffic.watch(splits);
    }

    /** The same for what versions answer. */
    public void watchDrift(Supplier<List<VersionDrift>> versions) {
        drift.watch(versions);
    }

    /** The same for connections. */
    public void watchConnections(IntSupplier open, LongSupplier refused) {
        Gauge.builder(MeterNames.CONNECTIONS, open::getAsInt).register(registry);
        counter(MeterNames.REFUSED_CONNECTIONS, refused).register(registry);
    }

    /** The same for front loops that have more to do than they can. */
    public void watchLoops(LongSupplier lagNanos, LongSupplier longTurns, IntSupplier paused, LongSupplier pauses) {
        Gauge.builder(MeterNames.LOOP_LAG_SECONDS, () -> lagNanos.getAsLong() / NANOS)
                .register(registry);
        counter(MeterNames.LONG_TURNS, longTurns).register(registry);
        Gauge.builder(MeterNames.PAUSED_CONNECTIONS, paused::getAsInt).register(registry);
        counter(MeterNames.PAUSES, pauses).register(registry);
    }

    /** The same for connections that are not let in for a while, and for those that are told to go. */
    public void watchDoors(LongSupplier shut, LongSupplier endedEarly) {
        counter(MeterNames.ACCEPT_PAUSES, shut).register(registry);
        counter(MeterNames.ENDED_EARLY, endedEarly).register(registry);
    }

    /** The same for those of WebSocket. */
    public void watchStreams(LongSupplier open) {
        Gauge.builder(MeterNames.STREAMS, open::getAsLong).register(registry);
    }

    /** The same for requests that were refused by their heads. */
    public void watchRefusals(LongSupplier unread) {
        counter(MeterNames.REFUSED_UNREAD, unread).register(registry);
    }

    /** The same for what is held of requests and of answers. */
    public void watchMemory(LongSupplier bodyBytes, LongSupplier unsentBytes) {
        Gauge.builder(MeterNames.HELD_BODY_BYTES, bodyBytes::getAsLong).register(registry);
        Gauge.builder(MeterNames.UNSENT_BYTES, unsentBytes::getAsLong).register(registry);
    }

    /** The same for clients that are slow to send or to take. */
    public void watchSlowClients(LongSupplier heads, LongSupplier answers) {
        counter(MeterNames.SLOW_CLIENTS, heads).tag("reason", "head").register(registry);
        counter(MeterNames.SLOW_CLIENTS, answers).tag("reason", "answer").register(registry);
    }

    /** The same for what is transformed, and what found no place for that. */
    public void watchTransforms(IntSupplier waiting, IntSupplier running, LongSupplier refused) {
        Gauge.builder(MeterNames.WAITING_TRANSFORMS, waiting::getAsInt).register(registry);
        Gauge.builder(MeterNames.RUNNING_TRANSFORMS, running::getAsInt).register(registry);
        counter(MeterNames.REFUSED_TRANSFORMS, refused).register(registry);
    }

    /** The same for what is kept of answers. */
    public void watchCache(Supplier<Map<ModelId, Long>> bytes) {
        cachedBytes = bytes;
    }

    /** The same for what has been transformed of one kind. */
    public void watchTransformed(String kind, LongSupplier count, LongSupplier nanos) {
        FunctionTimer.builder(
                        MeterNames.TRANSFORM_SECONDS,
                        this,
                        metrics -> count.getAsLong(),
                        metrics -> nanos.getAsLong(),
                        TimeUnit.NANOSECONDS)
                .tag("kind", kind)
                .register(registry);
    }

    /** Micrometer holds what is looked at weakly and how strongly, so a supplier given as the former soon is no more. */
    private FunctionCounter.Builder<Metrics> counter(String name, LongSupplier count) {
        return FunctionCounter.builder(name, this, metrics -> count.getAsLong());
    }

    /** The same for the quotas of clients. */
    public void watchQuotas(IntSupplier inUse) {
        Gauge.builder(MeterNames.QUOTAS_IN_USE, inUse::getAsInt).register(registry);
    }

    public SourceListener sourceListener() {
        return enabled ? new SourceMeters(registry) : SourceListener.NONE;
    }

    public LimitListener limitListener() {
        return enabled ? new LimitMeters(registry) : LimitListener.NONE;
    }

    public TrafficListener trafficListener() {
        return enabled ? traffic : TrafficListener.NONE;
    }

    public RequestListener requestListener() {
        return enabled ? models : RequestListener.NONE;
    }

    public CacheListener cacheListener() {
        return enabled ? models : CacheListener.NONE;
    }

    public BatchListener batchListener() {
        return enabled ? models : BatchListener.NONE;
    }

    /** Takes away what there is of a model version that is not in memory any more. */
    public void forget(ModelId model) {
        models.forget(model);
    }

    /** The same of a model of which there is no version any more. */
    public void forget(String model) {
        traffic.forget(model);
    }

    public InstanceListener instanceListener() {
        return enabled ? models : InstanceListener.NONE;
    }

    /** The Prometheus text format; there is no page when metrics are switched off. */
    public Optional<Page> page() {
        return enabled ? Optional.of(new PrometheusPage()) : Optional.empty();
    }

    private final class PrometheusPage implements Page {

        @Override
        public String mediaType() {
            return "text/plain; version=0.0.4";
        }

        @Override
        public Future<String> text(Vertx vertx) {
            return vertx.executeBlocking(Metrics.this::scrape, false);
        }
    }

    private String scrape() {
        List<ModelReport> reported = reports.get();
        states.register(reported.stream().map(Metrics::stateRow).toList(), true);
        remarks.register(reported.stream().flatMap(Metrics::remarksRow).toList(), true);
        cached.register(
                cachedBytes.get().entrySet().stream()
                        .map(each -> MultiGauge.Row.of(ModelMeters.tags(each.getKey()), each.getValue()))
                        .toList(),
                true);
        instances.register(reported.stream().flatMap(this::instanceRows).toList(), true);
        traffic.refresh();
        drift.refresh();
        return registry.scrape();
    }

    private Stream<MultiGauge.Row<?>> instanceRows(ModelReport report) {
        Description loaded = report.description();
        return loaded == null || report.state() == ModelState.ASLEEP
                ? Stream.empty()
                : loaded.groups().stream()
                        .map(group -> MultiGauge.Row.of(
                                ModelMeters.tags(report.model()).and("group", group.name(), "device", group.device()),
                                models.instances(loaded.batcherAddress(), group.name())));
    }

    private static Stream<MultiGauge.Row<?>> remarksRow(ModelReport report) {
        Description served = report.description();
        return served == null
                ? Stream.empty()
                : Stream.of(MultiGauge.Row.of(
                        ModelMeters.tags(report.model()), served.remarks().size()));
    }

    private static MultiGauge.Row<?> stateRow(ModelReport report) {
        Tags tags = ModelMeters.tags(report.model())
                .and("state", report.state().name().toLowerCase(Locale.ROOT));
        return MultiGauge.Row.of(tags, 1);
    }
}
