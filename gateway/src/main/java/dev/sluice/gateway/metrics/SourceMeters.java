package dev.sluice.gateway.metrics;

import dev.sluice.worker.contract.SourceListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The meters of what is got for models that do not lie in the repository. By model it stands in each version's reason.
 *
 * @thread called on any
 */
final class SourceMeters implements SourceListener {

    private final Counter received;
    private final Counter failures;
    private final AtomicLong cached = new AtomicLong();

    SourceMeters(MeterRegistry registry) {
        this.received = registry.counter(MeterNames.SOURCE_RECEIVED_BYTES);
        this.failures = registry.counter(MeterNames.SOURCE_FAILURES);
        Gauge.builder(MeterNames.SOURCE_CACHE_BYTES, cached, AtomicLong::get).register(registry);
    }

    @Override
    public void received(long bytes) {
        received.increment((double) bytes);
    }

    @Override
    public void failed() {
        failures.increment();
    }

    @Override
    public void cached(long bytes) {
        cached.set(bytes);
    }
}
