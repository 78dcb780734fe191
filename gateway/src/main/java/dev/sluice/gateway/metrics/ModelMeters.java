package dev.sluice.gateway.metrics;

import dev.sluice.gateway.cache.CacheListener;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.contract.LearnedLatency;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.SleepReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The meters of each model version, made when it is first heard of. What is still heard of one that has left the memory
 * is counted nowhere that is shown.
 *
 * @thread any; a look-up in a concurrent map and an update of atomic counters
 * @bound one set for each loaded model version, and one for all that have left
 */
final class ModelMeters implements RequestListener, CacheListener, BatchListener, InstanceListener {

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

    /** For who has left. */
    private final Meters unseen;

    /** What there is, until it has gone. */
    private final Map<Group, Integer> serving = new ConcurrentHashMap<>();

    private final Predicate<ModelId> loaded;

    /** @param loaded whether a version is in memory; no more when {@link #forget} is told of it */
    ModelMeters(MeterRegistry registry, Predicate<ModelId> loaded) {
        this.registry = registry;
        this.loaded = loaded;
        this.unseen = new Meters(new SimpleMeterRegistry(), NO_MODEL);
    }

    static Tags tags(ModelId model) {
        return Tags.of("model", model.name(), "version", Long.toString(model.version()));
    }

    @Override
    public void completed(Protocol protocol, @Nullable ModelId model, String outcome, long nanos) {
        Ended end = new Ended(protocol, outcome);
        if (model == null) {
            withoutModel
                    .computeIfAbsent(end, first -> requests(registry, NO_MODEL, first))
                    .increment();
            return;
        }
        Meters meters = of(model);
        Counter ended = ended(model, meters, end);
        if (ended != null) {
            ended.increment();
        }
        meters.request.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void hit(ModelId model) {
        of(model).cacheHits.increment();
    }

    @Override
    public void missed(ModelId model) {
        of(model).cacheMisses.increment();
    }

    @Override
    public void shared(ModelId model) {
        of(model).cacheShared.increment();
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
    public void serving(String batcherAddress, String group, int instances) {
        serving.compute(new Group(batcherAddress, group), (there, before) -> instances == 0 ? null : instances);
    }

    /** How many instances of that group there are, of a version as it was loaded. */
    int instances(String batcherAddress, String group) {
        return serving.getOrDefault(new Group(batcherAddress, group), 0);
    }

    @Override
    public void asleep(ModelId model, SleepReason why) {
        Objects.requireNonNull(of(model).sleeps.get(why)).increment();
    }

    @Override
    public void woken(ModelId model, boolean ready, long nanos) {
        Meters meters = of(model);
        if (ready) {
            meters.wake.record(nanos, TimeUnit.NANOSECONDS);
        } else {
            meters.failedWakes.increment();
        }
    }

    @Override
    public void batchMemory(ModelId model, long changeBytes) {
        of(model).batchMemory.addAndGet(changeBytes);
    }

    @Override
    public void pipelineMemory(ModelId model, long changeBytes) {
        of(model).pipelineMemory.addAndGet(changeBytes);
    }

    /** The one that is made late, and never while the others are taken away; null when they have been. */
    private @Nullable Counter ended(ModelId model, Meters meters, Ended end) {
        Counter known = meters.requests.get(end);
        if (known == null) {
            byModel.computeIfPresent(model, (version, current) -> current.counting(end));
            known = meters.requests.get(end);
        }
        return known;
    }

    /** Takes away the meters of a version that is not in memory any more. */
    void forget(ModelId model) {
        byModel.computeIfPresent(model, (version, meters) -> {
            meters.remove();
            return null;
        });
    }

    /** Whether it is loaded is asked inside: it is not, once what there was of it has been taken away. */
    private Meters of(ModelId model) {
        Meters known = byModel.get(model);
        if (known == null) {
            known = byModel.computeIfAbsent(
                    model, version -> loaded.test(version) ? new Meters(registry, tags(version)) : null);
        }
        return known == null ? unseen : known;
    }

    private static Counter requests(MeterRegistry registry, Tags tags, Ended end) {
        String protocol = end.protocol.name().toLowerCase(Locale.ROOT);
        return registry.counter(MeterNames.REQUESTS, tags.and("protocol", protocol, "outcome", end.outcome));
    }

    /** Of a version as it was loaded, of which there may be two at one time. */
    private record Group(String batcherAddress, String name) {}

    /** By what a request came, and how it ended. */
    private record Ended(Protocol protocol, String outcome) {}

    /**
     * Those of one version.
     *
     * @thread as the class around it
     */
    private static final class Meters {

        private final MeterRegistry registry;
        private final Tags tags;
        private final Map<Ended, Counter> requests = new ConcurrentHashMap<>();
        private final Counter parts;
        private final Counter cacheHits;
        private final Counter cacheMisses;
        private final Counter cacheShared;
        private final Timer request;
        private final Timer queue;
        private final Timer form;
        private final Timer run;
        private final DistributionSummary rows;
        private final Counter failures;
        private final Counter withdrawn;
        private final BatchMeters batches;
        private final Counter replacedInstances;
        private final AtomicInteger stuckThreads;
        private final AtomicLong batchMemory;
        private final AtomicLong pipelineMemory;
        private final Map<SleepReason, Counter> sleeps = new EnumMap<>(SleepReason.class);
        private final Timer wake;
        private final Counter failedWakes;

        Meters(MeterRegistry registry, Tags tags) {
            this.registry = registry;
            this.tags = tags;
            parts = registry.counter(MeterNames.ANSWER_PARTS, tags);
            cacheHits = registry.counter(MeterNames.CACHE_HITS, tags);
            cacheMisses = registry.counter(MeterNames.CACHE_MISSES, tags);
            cacheShared = registry.counter(MeterNames.CACHE_SHARED, tags);
            request = timer(MeterNames.REQUEST_SECONDS);
            queue = timer(MeterNames.QUEUE_SECONDS);
            form = timer(MeterNames.BATCH_FORM_SECONDS);
            run = timer(MeterNames.BATCH_RUN_SECONDS);
            rows = DistributionSummary.builder(MeterNames.BATCH_ROWS)
                    .tags(tags)
                    .serviceLevelObjectives(ROW_BUCKETS)
                    .register(registry);
            failures = registry.counter(MeterNames.BATCH_FAILURES, tags);
            withdrawn = registry.counter(MeterNames.WITHDRAWN_BATCHES, tags);
            batches = new BatchMeters(registry, tags);
            replacedInstances = registry.counter(MeterNames.REPLACED_INSTANCES, tags);
            stuckThreads = gauge(MeterNames.STUCK_THREADS, new AtomicInteger());
            batchMemory = gauge(MeterNames.BATCH_MEMORY, new AtomicLong());
            pipelineMemory = gauge(MeterNames.PIPELINE_MEMORY, new AtomicLong());
            for (SleepReason why : SleepReason.values()) {
                String reason = why.name().toLowerCase(Locale.ROOT);
                sleeps.put(why, registry.counter(MeterNames.SLEEPS, tags.and("reason", reason)));
            }
            wake = timer(MeterNames.WAKE_SECONDS);
            failedWakes = registry.counter(MeterNames.FAILED_WAKES, tags);
        }

        private <T extends Number> T gauge(String name, T number) {
            Gauge.builder(name, number, Number::doubleValue).tags(tags).register(registry);
            return number;
        }

        private Timer timer(String name) {
            return Timer.builder(name)
                    .tags(tags)
                    .serviceLevelObjectives(LATENCY_BUCKETS)
                    .register(registry);
        }

        Meters counting(Ended end) {
            requests.computeIfAbsent(end, first -> requests(registry, tags, first));
            return this;
        }

        void remove() {
            List<Tag> own = tags.stream().toList();
            for (Meter meter : registry.getMeters()) {
                if (meter.getId().getTags().containsAll(own)) {
                    registry.remove(meter);
                }
            }
        }
    }
}
