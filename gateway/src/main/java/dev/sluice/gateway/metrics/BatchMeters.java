package dev.sluice.gateway.metrics;

import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.LearnedLatency;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one model version that tell what its batcher decides, and from what.
 *
 * <p>Every reason and every priority is there from the start, at 0, so that a rate is known when the first one happens.
 *
 * @thread updated on the model's batcher loop, read by whoever makes the page
 */
final class BatchMeters {

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Percent and not a ratio, for Micrometer puts a value into the bucket of the next whole number. */
    private static final double PERCENT = 100;

    private static final double[] PERCENT_BUCKETS = {25, 50, 75, 90, 100, 110, 125, 150, 200, 400, 800};

    private final Map<FlushReason, Counter> batches = new EnumMap<>(FlushReason.class);
    private final Map<DropReason, Counter> dropped = new EnumMap<>(DropReason.class);
    private final List<AtomicInteger> queuedByPriority;
    private final DistributionSummary percent;
    private final Map<CircuitState, Counter> circuitChanges = new EnumMap<>(CircuitState.class);
    private volatile CircuitState circuit = CircuitState.CLOSED;
    private volatile @Nullable LearnedLatency latency;

    BatchMeters(MeterRegistry registry, Tags model) {
        for (FlushReason reason : FlushReason.values()) {
            batches.put(reason, registry.counter(MeterNames.BATCHES, model.and("reason", word(reason))));
        }
        for (DropReason reason : DropReason.values()) {
            dropped.put(reason, registry.counter(MeterNames.DROPPED_REQUESTS, model.and("reason", word(reason))));
        }
        for (CircuitState state : CircuitState.values()) {
            Tags tags = model.and("state", word(state));
            circuitChanges.put(state, registry.counter(MeterNames.CIRCUIT_CHANGES, tags));
            Gauge.builder(MeterNames.CIRCUIT_STATE, () -> circuit == state ? 1 : 0)
                    .tags(tags)
                    .register(registry);
        }
        queuedByPriority = IntStream.rangeClosed(1, InferenceRequest.PRIORITIES)
                .mapToObj(priority -> queued(registry, model.and("priority", Integer.toString(priority))))
                .toList();
        percent = DistributionSummary.builder(MeterNames.PREDICTION_PERCENT)
                .tags(model)
                .serviceLevelObjectives(PERCENT_BUCKETS)
                .register(registry);
        learned(registry, MeterNames.LEARNED_BATCH_SECONDS, model, known -> known.batchNanos() / NANOS);
        learned(registry, MeterNames.LEARNED_ROW_SECONDS, model, known -> known.rowNanos() / NANOS);
        learned(registry, MeterNames.USEFUL_ROWS, model, LearnedLatency::usefulRows);
    }

    private static AtomicInteger queued(MeterRegistry registry, Tags priority) {
        AtomicInteger requests = new AtomicInteger();
        Gauge.builder(MeterNames.QUEUE_REQUESTS, requests, Number::doubleValue)
                .tags(priority)
                .register(registry);
        return requests;
    }

    /** NaN as long as nothing is known that could be relied on. */
    private void learned(MeterRegistry registry, String name, Tags model, ToDoubleFunction<LearnedLatency> value) {
        Gauge.builder(name, () -> {
                    LearnedLatency now = latency;
                    return now == null || !now.known() ? Double.NaN : value.applyAsDouble(now);
                })
                .tags(model)
                .register(registry);
    }

    private static String word(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    void queued(int priority, int requests) {
        queuedByPriority.get(priority - 1).set(requests);
    }

    void flushed(FlushReason reason) {
        Objects.requireNonNull(batches.get(reason)).increment();
    }

    void learned(long predictedNanos, long takenNanos, LearnedLatency now) {
        latency = now;
        if (predictedNanos > 0) {
            percent.record(PERCENT * takenNanos / predictedNanos);
        }
    }

    /** The first state is no change. */
    void circuit(CircuitState now) {
        if (now != circuit) {
            circuit = now;
            Objects.requireNonNull(circuitChanges.get(now)).increment();
        }
    }

    void dropped(DropReason reason) {
        Objects.requireNonNull(dropped.get(reason)).increment();
    }
}
