package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.CircuitReport;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.VersionPolicy;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the workers have reported: every model version, its state and its description.
 *
 * @thread written by the one consumer of reports, read from any: each report makes a new map, which is published whole
 * @errors UnknownModel, ModelNotReady
 */
public final class ModelDirectory {

    /** The newest version first. */
    private volatile Map<String, NavigableMap<Long, ModelReport>> models = Map.of();

    private volatile List<String> wanted = List.of();
    private volatile Map<String, Map<String, Long>> labels = Map.of();
    private volatile Map<String, VersionPolicy> policies = Map.of();
    private volatile Map<String, ModelWish> wishes = Map.of();
    private volatile Map<String, TrafficPlan> plans = Map.of();

    private final CircuitBreakers circuits = new CircuitBreakers(this);
    private final List<Consumer<ModelId>> unloaded = new CopyOnWriteArrayList<>();
    private final List<BiConsumer<ModelId, String>> served = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> changed = new CopyOnWriteArrayList<>();
    private final List<Consumer<String>> gone = new CopyOnWriteArrayList<>();
    private volatile boolean complete;

    /** Starts to listen; to be waited for before any worker is deployed, so that no report is missed. */
    public Future<Void> listen(EventBus bus) {
        return bus.<ModelNews>localConsumer(ModelNews.ADDRESS, message -> {
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

    /** Has that told of every version that has left the memory, so that what is known of it can be forgotten. */
    public void whenUnloaded(Consumer<ModelId> listener) {
        unloaded.add(listener);
    }

    /** Has that told by which loading of it a version is served, named by its batcher, when that is another than before. */
    public void whenServed(BiConsumer<ModelId, String> listener) {
        served.add(listener);
    }

    /** Has that told the name of each model of which something is new, when it is known here. */
    public void whenChanged(Consumer<String> listener) {
        changed.add(listener);
    }

    /** Has that told the name of each model of which there is no version any more. */
    public void whenGone(Consumer<String> listener) {
        gone.add(listener);
    }

    void apply(ModelNews news) {
        switch (news) {
            case ModelReport report -> {
                @Nullable String before = batcherAddress(report.model());
                change(
                        report.model().name(),
                        versions -> versions.put(report.model().version(), report));
                @Nullable String now = batcherAddress(report.model());
                if (now != null && !now.equals(before)) {
                    served.forEach(listener -> listener.accept(report.model(), now));
                }
                if (report.state() == ModelState.UNLOADED) {
                    forget(report.model());
                }
            }
            case ModelNews.Removed(ModelId model) -> {
                change(model.name(), versions -> versions.remove(model.version()));
                forget(model);
                if (versions(model.name()).isEmpty()) {
                    gone.forEach(listener -> listener.accept(model.name()));
                }
            }
            case ModelNews.Labels(String name, Map<String, Long> byLabel) -> {
                labels = with(labels, name, byLabel, Map.of());
            }
            case ModelNews.Versions(String name, VersionPolicy policy) -> {
                policies = with(policies, name, policy, VersionPolicy.NEWEST);
            }
            case ModelNews.Wished(ModelWish wish) -> {
                wishes = with(wishes, wish.name(), wish, ModelWish.none(wish.name()));
            }
            case ModelNews.Traffic(String name, TrafficPlan plan) -> {
                plans = with(plans, name, plan, TrafficPlan.NONE);
                changed.forEach(listener -> listener.accept(name));
            }
        }
    }

    /** What says nothing is not kept: models that are gone for good would stay here for ever. */
    private static <V> Map<String, V> with(Map<String, V> known, String name, V said, V nothing) {
        Map<String, V> next = new HashMap<>(known);
        next.put(name, said);
        next.remove(name, nothing);
        return next;
    }

    private void change(String name, Consumer<NavigableMap<Long, ModelReport>> change) {
        Map<String, NavigableMap<Long, ModelReport>> next = new TreeMap<>(models);
        NavigableMap<Long, ModelReport> versions = new TreeMap<Long, ModelReport>().descendingMap();
        versions.putAll(next.getOrDefault(name, new TreeMap<>()));
        change.accept(versions);
        next.put(name, versions);
        if (versions.isEmpty()) {
            next.remove(name);
        }
        wanted = wanted(next);
        models = next;
        changed.forEach(listener -> listener.accept(name));
    }

    /** Found with each change, of which there are few, so that no request needs to look for them. */
    private static List<String> wanted(Map<String, NavigableMap<Long, ModelReport>> models) {
        List<String> wanted = new ArrayList<>();
        models.forEach((name, versions) -> {
            if (versions.values().stream().anyMatch(report -> report.state() != ModelState.UNLOADED)) {
                wanted.add(name);
            }
        });
        return List.copyOf(wanted.isEmpty() ? models.keySet() : wanted);
    }

    private void forget(ModelId model) {
        circuits.forget(model);
        unloaded.forEach(listener -> listener.accept(model));
    }

    /** Which versions of that model answer those who leave the version open. */
    public TrafficPlan plan(String name) {
        return plans.getOrDefault(name, TrafficPlan.NONE);
    }

    /** Other names for versions of that model. */
    public Map<String, Long> labels(String name) {
        return labels.getOrDefault(name, Map.of());
    }

    /** Which versions of that model are to be served. */
    public VersionPolicy policy(String name) {
        return policies.getOrDefault(name, VersionPolicy.NEWEST);
    }

    /** What operators want of that model. */
    public ModelWish wish(String name) {
        return wishes.getOrDefault(name, ModelWish.none(name));
    }

    /**
     * Who answers a request that its batcher could not take any more, because the model was loaded anew meanwhile.
     *
     * @param versionOpen whether another version will do
     * @return null if nobody does, or nobody whom the request fits: its pictures are tensors already
     */
    public @Nullable ModelEndpoint inPlaceOf(ModelEndpoint left, boolean versionOpen) {
        TrafficPlan plan = plan(left.model().name());
        for (ModelReport report : versions(left.model().name())) {
            ModelReport.Description now = report.description();
            boolean sameVersion = report.model().equals(left.model());
            boolean isAsked =
                    sameVersion || (versionOpen && plan.isStable(report.model().version()));
            if (report.takesRequests() && now != null && isAsked) {
                boolean isAnother =
                        !now.batcherAddress().equals(left.description().batcherAddress());
                ModelEndpoint successor = new ModelEndpoint(report.model(), now);
                return isAnother && successor.fits(left) ? successor : null;
            }
        }
        return null;
    }

    /**
     * The names of models that are in memory, asleep, on their way, or should be; where nobody has any loaded, of all that
     * there are. In their order.
     */
    public List<String> wanted() {
        return wanted;
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

    /** Those of them that answer. */
    public List<ModelReport> ready(String name) {
        return versions(name).stream().filter(ModelReport::takesRequests).toList();
    }

    /** Whether that version is in memory, or on its way there or out of it, as far as the workers have said. */
    public boolean isLoaded(ModelId model) {
        ModelReport report = report(model);
        return report != null && report.state() != ModelState.UNLOADED;
    }

    /** Whether that batcher serves that version. */
    public boolean isServedBy(ModelId model, String batcher) {
        return batcher.equals(batcherAddress(model));
    }

    /** Whether another batcher than that one serves that version now, which has been loaded anew since. */
    public boolean isServedByAnother(ModelId model, String batcher) {
        ModelReport report = report(model);
        return report != null
                && report.state() == ModelState.READY
                && report.description() != null
                && !report.description().batcherAddress().equals(batcher);
    }

    /** Where the batcher that serves that version listens; null if none does. */
    @Nullable
    String batcherAddress(ModelId model) {
        ModelReport report = report(model);
        return report == null || report.description() == null
                ? null
                : report.description().batcherAddress();
    }

    private @Nullable ModelReport report(ModelId model) {
        NavigableMap<Long, ModelReport> versions = models.get(model.name());
        return versions == null ? null : versions.get(model.version());
    }

    /**
     * The newest version of that model that may answer: one that is ready, or asleep and will be. If there is none, as
     * while who was chosen is still being loaded, the oldest does: newer ones are still to be tried, or were sent away.
     */
    public ModelEndpoint newest(String name) {
        Collection<ModelReport> versions = versions(name);
        TrafficPlan plan = plan(name);
        ModelReport untried = null;
        for (ModelReport report : versions) {
            if (report.takesRequests()) {
                if (plan.isStable(report.model().version())) {
                    return endpoint(report);
                }
                untried = report;
            }
        }
        if (untried != null) {
            return endpoint(untried);
        }
        if (versions.isEmpty()) {
            throw unknown("there is no model " + InferenceException.quoted(name));
        }
        throw notReady(mostAlive(versions));
    }

    /** The one to talk of: an old version that was never loaded says less than one that failed. */
    private static ModelReport mostAlive(Collection<ModelReport> versions) {
        return versions.stream()
                .filter(report -> report.state() != ModelState.UNLOADED)
                .findFirst()
                .orElseGet(() -> versions.iterator().next());
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

    /** The version of that model to which that label points, and no other, whatever becomes of it. */
    public ModelEndpoint labelled(String name, String label, long version) {
        try {
            return version(name, version);
        } catch (InferenceException nobody) {
            String points = "label " + InferenceException.quoted(label) + " points to version " + version;
            throw switch (nobody.error()) {
                case InferenceError.ModelNotReady(ModelId model, String reason, long retryMillis, boolean large) ->
                    new InferenceException(
                            new InferenceError.ModelNotReady(model, points + ", and " + reason, retryMillis, large));
                case InferenceError.UnknownModel(String message) ->
                    new InferenceException(new InferenceError.UnknownModel(points + ", and " + message));
                case InferenceError other -> nobody;
            };
        }
    }

    /** Before the workers have reported, nobody can tell an unknown model from one that is about to come. */
    private InferenceException unknown(String message) {
        return new InferenceException(
                complete ? new InferenceError.UnknownModel(message) : new InferenceError.Starting());
    }

    private static ModelEndpoint endpoint(ModelReport report) {
        ModelReport.Description description = report.description();
        if (!report.takesRequests() || description == null) {
            throw notReady(report);
        }
        return new ModelEndpoint(report.model(), description);
    }

    private static InferenceException notReady(ModelReport report) {
        String state = "it is " + stateWord(report.state());
        boolean isUnloaded = report.state() == ModelState.UNLOADED;
        String reason = report.reason().isEmpty() ? state : (isUnloaded ? state + ": " : "") + report.reason();
        boolean isToCome = report.state() == ModelState.LOADING || report.state() == ModelState.WARMING;
        long retry = isToCome ? InferenceError.RETRY_SOON_MILLIS : InferenceError.NO_RETRY;
        return new InferenceException(new InferenceError.ModelNotReady(report.model(), reason, retry));
    }

    private static String stateWord(ModelState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
