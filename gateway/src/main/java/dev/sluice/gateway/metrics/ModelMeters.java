package dev.sluice.gateway.metrics;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.LearnedLatency;
import dev.sluice.worker.contract.ModelId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The meters of each model version, made when it is first heard of.
 *
 * @thread any; a look-up in a concurrent map and an update of atomic counters
 * @bound one set for each loaded model version
 */
final class ModelMeters implements RequestListener, BatchListener, InstanceListener {

    private static final Duration[] LATENCY_BUCKETS = LongStream.of(
                    100,
                    250,
                    500,
                    1_000,
                    2_500,
                    5_000,
                    10_000,
                    25_000,
                    50_000,
                    100_000,
                    250_000,
                    500_000,
                    1_000_000,
                    2_500_000,
                    5_000_000,
                    10_000_000)
            .mapToObj(micros -> Duration.ofNanos(micros * 1_000))
            .toArray(Duration[]::new);

    private static final double[] ROW_BUCKETS = {1, 2, 4, 8, 16, 32, 64, 128, 256};

    /** Stands for the model of requests that named none that is known, so that clients cannot make up labels. */
    private static final Tags NO_MODEL = Tags.of("model", "", "version", "");

    private final MeterRegistry registry;
    private final Map<ModelId, Meters> byModel = new ConcurrentHashMap<>();
    private final Map<Ended, Counter> withoutModel = new ConcurrentHashMap<>();

    ModelMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    static Tags tags(ModelId model) {
        return Tags.of("model", model.name(), "version", Long.toString(model.version()));
    }

    @Override
    public void completed(Protocol protocol, @Nullable ModelId model, String outcome, long nanos) {
        Ended end = new Ended(protocol, outcome);
        if (model == null) {
            withoutModel
                    .computeIfAbsent(end, first -> requests(NO_MODEL, first))
                    .increment();
            return;
        }
        Meters meters = of(model);
        meters.requests
                .computeIfAbsent(end, first -> requests(tags(model), first))
                .increment();
        meters.request.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void queued(ModelId model, int priority, int requests) {
        of(model).batches.queued(priority, requests);
    }

    @Override
    public void flushed(ModelId model, int requests, int rows, FlushReason reason) {
        Meters meters = of(model);
        meters.rows.record(rows);
        meters.batches.flushed(reason);
    }

    @Override
    public void partGiven(ModelId model) {
        of(model).parts.increment();
    }

    @Override
    public void waited(ModelId model, long queueNanos) {
        of(model).queue.record(queueNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void ran(ModelId model, long gatherNanos, long runNanos) {
        Meters meters = of(model);
        meters.form.record(gatherNanos, TimeUnit.NANOSECONDS);
        meters.run.record(runNanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void learned(ModelId model, long predictedNanos, long takenNanos, LearnedLatency latency) {
        of(model).batches.learned(predictedNanos, takenNanos, latency);
    }

    @Override
    public void dropped(ModelId model, DropReason reason) {
        of(model).batches.dropped(reason);
    }

    @Override
    public void circuit(ModelId model, CircuitState state) {
        of(model).batches.circuit(state);
    }

    @Override
    public void failed(ModelId model) {
        of(model).failures.increment();
    }

    @Override
    public void withdrawn(ModelId model) {
        of(model).withdrawn.increment();
    }

    @Override
    public void replaced(ModelId model) {
        of(model).replacedInstances.increment();
    }

    @Override
    public void givenUp(ModelId model, int threads) {
        of(model).stuckThreads.set(threads);
    }

    @Override
    public void batchMemory(ModelId model, long changeBytes) {
        of(model).batchMemory.addAndGet(changeBytes);
    }

    /** Takes away the meters of a version that is not in memory any more. */
    void forget(ModelId model) {
        byModel.remove(model);
        List<Tag> own = tags(model).stream().toList();
        for (Meter meter : registry.getMeters()) {
            if (meter.getId().getTags().containsAll(own)) {
                registry.remove(meter);
            }
        }
    }

    private Meters of(ModelId model) {
        Meters known = byModel.get(model);
        return known != null ? known : byModel.computeIfAbsent(model, this::make);
    }

    private Meters make(ModelId model) {
        Tags tags = tags(model);
        return new Meters(
                new ConcurrentHashMap<>(),
                registry.counter(MeterNames.ANSWER_PARTS, tags),
                timer(MeterNames.REQUEST_SECONDS, tags),
                timer(MeterNames.QUEUE_SECONDS, tags),
                timer(MeterNames.BATCH_FORM_SECONDS, tags),
                timer(MeterNames.BATCH_RUN_SECONDS, tags),
                DistributionSummary.builder(MeterNames.BATCH_ROWS)
                        .tags(tags)
                        .serviceLevelObjectives(ROW_BUCKETS)
                        .register(registry),
                registry.counter(MeterNames.BATCH_FAILURES, tags),
                registry.counter(MeterNames.WITHDRAWN_BATCHES, tags),
                new BatchMeters(registry, tags),
                registry.counter(MeterNames.REPLACED_INSTANCES, tags),
                gauge(MeterNames.STUCK_THREADS, tags, new AtomicInteger()),
                gauge(MeterNames.BATCH_MEMORY, tags, new AtomicLong()));
    }

    private <T extends Number> T gauge(String name, Tags tags, T number) {
        Gauge.builder(name, number, Number::doubleValue).tags(tags).register(registry);
        return number;
    }

    private Counter requests(Tags tags, Ended end) {
        String protocol = end.protocol.name().toLowerCase(Locale.ROOT);
        return registry.counter(MeterNames.REQUESTS, tags.and("protocol", protocol, "outcome", end.outcome));
    }

    private Timer timer(String name, Tags tags) {
        return Timer.builder(name)
                .tags(tags)
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
    }

    /** By what a request came, and how it ended. */
    private record Ended(Protocol protocol, String outcome) {}

    private record Meters(
            Map<Ended, Counter> requests,
            Counter parts,
            Timer request,
            Timer queue,
            Timer form,
            Timer run,
            DistributionSummary rows,
            Counter failures,
            Counter withdrawn,
            BatchMeters batches,
            Counter replacedInstances,
            AtomicInteger stuckThreads,
            AtomicLong batchMemory) {}
}
