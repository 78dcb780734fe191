package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.CircuitReport;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What the workers have reported: every model version, its state and its description.
 *
 * @thread written by the one consumer of reports, read from any: each report makes a new map, which is published whole
 * @errors UnknownModel, ModelNotReady
 */
public final class ModelDirectory {

    /** The newest version first. */
    private volatile Map<String, NavigableMap<Long, ModelReport>> models = Map.of();

    private final CircuitBreakers circuits = new CircuitBreakers(this);
    private volatile boolean complete;

    /** Starts to listen; to be waited for before any worker is deployed, so that no report is missed. */
    public Future<Void> listen(EventBus bus) {
        return bus.<ModelReport>localConsumer(ModelReport.ADDRESS, message -> {
                    apply(message.body());
                    message.reply(null);
                })
                .completion()
                .compose(listening -> bus.<CircuitReport>localConsumer(
                                CircuitReport.ADDRESS, message -> circuits.apply(message.body()))
                        .completion());
    }

    /** The state of each model's circuit breaker. */
    public CircuitBreakers circuits() {
        return circuits;
    }

    /** Whether the workers have said what they have to begin with; until then, silence means nothing. */
    public boolean isComplete() {
        return complete;
    }

    public void markComplete() {
        complete = true;
    }

    void apply(ModelReport report) {
        Map<String, NavigableMap<Long, ModelReport>> next = new TreeMap<>(models);
        NavigableMap<Long, ModelReport> versions = new TreeMap<Long, ModelReport>().descendingMap();
        versions.putAll(next.getOrDefault(report.model().name(), new TreeMap<>()));
        versions.put(report.model().version(), report);
        next.put(report.model().name(), versions);
        models = next;
    }

    /** Every version of every model, by name, the newest first. */
    public List<ModelReport> all() {
        List<ModelReport> reports = new ArrayList<>();
        models.values().forEach(versions -> reports.addAll(versions.values()));
        return reports;
    }

    /** The versions of that model, the newest first; empty when there is no such model. */
    public Collection<ModelReport> versions(String name) {
        NavigableMap<Long, ModelReport> versions = models.get(name);
        return versions == null ? List.of() : versions.values();
    }

    /** The newest ready version of that model. */
    public ModelEndpoint newest(String name) {
        Collection<ModelReport> versions = versions(name);
        for (ModelReport report : versions) {
            if (report.state() == ModelState.READY) {
                return endpoint(report);
            }
        }
        if (versions.isEmpty()) {
            throw unknown("there is no model " + InferenceException.quoted(name));
        }
        throw notReady(versions.iterator().next());
    }

    /** That version of that model. */
    public ModelEndpoint version(String name, long version) {
        for (ModelReport report : versions(name)) {
            if (report.model().version() == version) {
                return endpoint(report);
            }
        }
        String known = versions(name).isEmpty()
                ? "there is no model " + InferenceException.quoted(name)
                : "model " + InferenceException.quoted(name) + " has no version " + version + " here; it has "
                        + versions(name).stream()
                                .map(ModelReport::model)
                                .map(ModelId::version)
                                .toList();
        throw unknown(known);
    }

    /** Before the workers have reported, nobody can tell an unknown model from one that is about to come. */
    private InferenceException unknown(String message) {
        return new InferenceException(
                complete ? new InferenceError.UnknownModel(message) : new InferenceError.Starting());
    }

    private static ModelEndpoint endpoint(ModelReport report) {
        ModelReport.Description description = report.description();
        if (report.state() != ModelState.READY || description == null) {
            throw notReady(report);
        }
        return new ModelEndpoint(report.model(), description);
    }

    private static InferenceException notReady(ModelReport report) {
        String reason = report.reason().isEmpty() ? "it is " + stateWord(report.state()) : report.reason();
        long retry = report.state() == ModelState.FAILED ? InferenceError.NO_RETRY : InferenceError.RETRY_SOON_MILLIS;
        return new InferenceException(new InferenceError.ModelNotReady(report.model(), reason, retry));
    }

    private static String stateWord(ModelState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
