package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.CircuitReport;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the workers have reported of each model's circuit, so that a request to one that is open is refused before its
 * body is read, or goes to the model that stands in for it.
 *
 * <p>The breakers themselves are the batchers', which know what became of each batch. When the time of an open one is
 * over the next request is let through from here, and the batcher tries it.
 *
 * @thread written by the one consumer of reports, read from any: each report makes a new map, which is published whole
 * @errors CircuitOpen
 */
public final class CircuitBreakers {

    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakers.class);

    private final ModelDirectory models;
    private final Set<ModelId> misfits = ConcurrentHashMap.newKeySet();
    private volatile Map<ModelId, CircuitReport> reports = Map.of();

    CircuitBreakers(ModelDirectory models) {
        this.models = models;
    }

    void apply(CircuitReport report) {
        Map<ModelId, CircuitReport> next = new HashMap<>(reports);
        next.put(report.model(), report);
        reports = next;
    }

    void forget(ModelId model) {
        Map<ModelId, CircuitReport> next = new HashMap<>(reports);
        next.remove(model);
        reports = next;
        misfits.remove(model);
    }

    public CircuitState state(ModelId model) {
        CircuitReport report = reports.get(model);
        return report == null ? CircuitState.CLOSED : report.state();
    }

    /**
     * Who answers a request to that model at that time: itself, or its fallback as long as its circuit is open.
     *
     * @throws InferenceException CircuitOpen
     */
    public ModelEndpoint answering(ModelEndpoint asked, long nowNanos) {
        CircuitReport report = reports.get(asked.model());
        if (report == null || !report.refusesAt(nowNanos)) {
            return asked;
        }
        ModelEndpoint fallback = fallback(asked, nowNanos);
        if (fallback == null) {
            throw new InferenceException(InferenceError.CircuitOpen.forNanos(
                    asked.model(), report.openUntilNanos() - nowNanos, ThreadLocalRandom.current()));
        }
        return fallback;
    }

    /** Who stands in for that model, if anybody does who is ready for it. */
    public @Nullable ModelEndpoint fallback(ModelEndpoint asked, long nowNanos) {
        CircuitReport report = reports.get(asked.model());
        CircuitReport.Fallback named = report == null ? null : report.fallback();
        if (named == null) {
            return null;
        }
        try {
            ModelEndpoint fallback = named.version() == CircuitReport.Fallback.NEWEST
                    ? models.newest(named.name())
                    : models.version(named.name(), named.version());
            CircuitReport its = reports.get(fallback.model());
            boolean isOpen = its != null && its.refusesAt(nowNanos);
            return isOpen || !fits(asked, fallback) ? null : fallback;
        } catch (InferenceException notReady) {
            return null;
        }
    }

    /** Requests that were made for the one are read by the other, so both must take and give the same. */
    private boolean fits(ModelEndpoint asked, ModelEndpoint fallback) {
        Signature wanted = asked.description().signature();
        Signature offered = fallback.description().signature();
        boolean fits = wanted.batched() == offered.batched()
                && fit(wanted.inputs(), offered.inputs())
                && fit(wanted.outputs(), offered.outputs());
        if (!fits && misfits.add(asked.model())) {
            LOG.error(
                    "model {} cannot stand in for model {}: it has {}, not {}",
                    fallback.model(),
                    asked.model(),
                    offered,
                    wanted);
        }
        return fits;
    }

    private static boolean fit(List<TensorSpec> wanted, List<TensorSpec> offered) {
        boolean fit = wanted.size() == offered.size();
        for (int i = 0; fit && i < wanted.size(); i++) {
            TensorSpec one = wanted.get(i);
            TensorSpec other = offered.get(i);
            fit = one.name().equals(other.name())
                    && one.dataType() == other.dataType()
                    && one.optional() == other.optional()
                    && one.shape().equals(other.shape());
        }
        return fit;
    }
}
