package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.CircuitReport;
import dev.sluice.worker.contract.CircuitState;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import java.util.HashMap;
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
 * @bound two reports for each version: of the batcher that serves, and of another that comes or leaves
 * @errors CircuitOpen
 */
public final class CircuitBreakers {

    private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakers.class);

    private final ModelDirectory models;
    private final Set<ModelId> misfits = ConcurrentHashMap.newKeySet();
    /** By the batcher's address: one that leaves has no say in what the next one of its version takes. */
    private volatile Map<String, CircuitReport> reports = Map.of();

    CircuitBreakers(ModelDirectory models) {
        this.models = models;
    }

    void apply(CircuitReport report) {
        Map<String, CircuitReport> next = new HashMap<>(reports);
        @Nullable String serving = models.batcherAddress(report.model());
        next.values()
                .removeIf(known -> known.model().equals(report.model())
                        && !known.batcherAddress().equals(serving));
        next.put(report.batcherAddress(), report);
        reports = next;
    }

    void forget(ModelId model) {
        Map<String, CircuitReport> next = new HashMap<>(reports);
        next.values().removeIf(known -> known.model().equals(model));
        reports = next;
        misfits.remove(model);
    }

    /** That of the batcher that serves it. */
    public CircuitState state(ModelId model) {
        @Nullable String serving = models.batcherAddress(model);
        CircuitReport report = serving == null ? null : reports.get(serving);
        return report == null ? CircuitState.CLOSED : report.state();
    }

    /** Whether that one is left alone at that time. */
    public boolean refuses(ModelEndpoint endpoint, long nowNanos) {
        CircuitReport report = report(endpoint);
        return report != null && report.refusesAt(nowNanos);
    }

    private @Nullable CircuitReport report(ModelEndpoint endpoint) {
        return reports.get(endpoint.description().batcherAddress());
    }

    /**
     * Who answers a request to that model at that time: itself, or its fallback as long as its circuit is open.
     *
     * @throws InferenceException CircuitOpen
     */
    public ModelEndpoint answering(ModelEndpoint asked, long nowNanos) {
        CircuitReport report = report(asked);
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
        CircuitReport report = report(asked);
        CircuitReport.Fallback named = report == null ? null : report.fallback();
        if (named == null) {
            return null;
        }
        try {
            ModelEndpoint fallback = named.version() == CircuitReport.Fallback.NEWEST
                    ? models.newest(named.name())
                    : models.version(named.name(), named.version());
            CircuitReport its = report(fallback);
            boolean isOpen = its != null && its.refusesAt(nowNanos);
            return isOpen || !fits(asked, fallback) ? null : fallback;
        } catch (InferenceException notReady) {
            return null;
        }
    }

    /** Requests that were made for the one are read by the other, so both must take and give the same. */
    private boolean fits(ModelEndpoint asked, ModelEndpoint fallback) {
        boolean fits = fallback.fits(asked);
        if (!fits && misfits.add(asked.model())) {
            LOG.error(
                    "model {} cannot stand in for model {}: it has {}, not {}",
                    fallback.model(),
                    asked.model(),
                    fallback.description().signature(),
                    asked.description().signature());
        }
        return fits;
    }
}
