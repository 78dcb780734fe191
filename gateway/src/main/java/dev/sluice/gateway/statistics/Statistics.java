package dev.sluice.gateway.statistics;

import dev.sluice.gateway.front.ModelStatistics;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.gateway.front.StatisticsSource;
import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.ModelId;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The counters of every model version, made when it is first heard of. What is still heard of one that has left the
 * memory is not counted.
 *
 * @thread any; a look-up in a concurrent map and additions to striped counters
 * @bound one set for each loaded model version, never for names that clients make up
 */
public final class Statistics implements RequestListener, BatchListener, StatisticsSource {

    private final Map<ModelId, ModelCounters> byModel = new ConcurrentHashMap<>();
    private final InstantSource clock;
    private final Predicate<ModelId> loaded;

    /** For who has left; nobody reads it. */
    private final ModelCounters unseen = new ModelCounters();

    /** @param loaded whether a version is in memory; no more when {@link #forget} is told of it */
    public Statistics(InstantSource clock, Predicate<ModelId> loaded) {
        this.clock = clock;
        this.loaded = loaded;
    }

    @Override
    public void completed(Protocol protocol, @Nullable ModelId model, String outcome, long nanos) {
        if (model != null) {
            counters(model).completed(outcome.equals(SUCCESS), nanos);
        }
    }

    @Override
    public void joined(ModelId model, long queueNanos, long gatherNanos, long runNanos) {
        counters(model).joined(queueNanos, gatherNanos, runNanos);
    }

    @Override
    public void answered(ModelId model, AnsweredBatch batch) {
        counters(model).answered(batch, clock.millis());
    }

    @Override
    public ModelStatistics of(ModelId model) {
        ModelCounters known = byModel.get(model);
        return (known != null ? known : new ModelCounters()).read();
    }

    /** The counters begin anew when it is loaded again. */
    public void forget(ModelId model) {
        byModel.remove(model);
    }

    private ModelCounters counters(ModelId model) {
        ModelCounters known = byModel.get(model);
        if (known == null) {
            known = byModel.computeIfAbsent(model, version -> loaded.test(version) ? new ModelCounters() : null);
        }
        return known == null ? unseen : known;
    }
}
