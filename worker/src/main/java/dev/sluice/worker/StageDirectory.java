package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelNews;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.ModelState;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.pipeline.StageModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who answers for a stage of a pipeline: what the gateway side is told of the models, known here a moment before.
 *
 * <p>A stage without a version asks the newest that may answer those who leave it open, as clients do; never one that is
 * tried.
 *
 * @thread the control thread; listeners are told there
 * @bound the versions in the repository
 */
final class StageDirectory {

    /** No model's name in most pipelines, and easily written for the stage that cuts pictures. */
    private static final String CROP = "crop";

    /** The newest version first. */
    private final Map<String, NavigableMap<Long, ModelReport>> models = new HashMap<>();

    private final Map<String, Map<String, Long>> labels = new HashMap<>();
    private final Map<String, TrafficPlan> plans = new HashMap<>();
    private final List<Runnable> listeners = new ArrayList<>();

    /**
     * A version that takes requests.
     *
     * @param description with the address of its batcher
     */
    record Bound(ModelId model, Description description) {}

    /** Takes note of it before anybody else does. */
    void hear(ModelNews news) {
        switch (news) {
            case ModelReport report ->
                models.computeIfAbsent(report.model().name(), first -> new TreeMap<>(Comparator.reverseOrder()))
                        .put(report.model().version(), report);
            case ModelNews.Removed(ModelId model) -> {
                models.getOrDefault(model.name(), new TreeMap<>()).remove(model.version());
                models.computeIfPresent(model.name(), (name, versions) -> versions.isEmpty() ? null : versions);
            }
            case ModelNews.Labels(String name, Map<String, Long> all) -> put(labels, name, all, all.isEmpty());
            case ModelNews.Traffic(String name, TrafficPlan plan) ->
                put(plans, name, plan, plan.equals(TrafficPlan.NONE));
            case ModelNews.Versions versions -> {} // say nothing of who answers
            case ModelNews.Wished wished -> {} // nor does this
        }
        List.copyOf(listeners).forEach(Runnable::run);
    }

    private static <T> void put(Map<String, T> said, String name, T value, boolean isNothing) {
        if (isNothing) {
            said.remove(name);
        } else {
            said.put(name, value);
        }
    }

    /** Of how many names anything is known. */
    int names() {
        Set<String> names = new HashSet<>(models.keySet());
        names.addAll(labels.keySet());
        names.addAll(plans.keySet());
        return names.size();
    }

    /** Has that run after each piece of news. */
    void listen(Runnable listener) {
        listeners.add(listener);
    }

    void forget(Runnable listener) {
        listeners.remove(listener);
    }

    /** Who answers now; null if nobody does. */
    @Nullable
    Bound find(StageModel stage) {
        TrafficPlan plan = plans.getOrDefault(stage.name(), TrafficPlan.NONE);
        for (ModelReport report : asked(stage)) {
            Description description = report.description();
            boolean may = !stage.isVersionOpen() || plan.isStable(report.model().version());
            if (may && report.takesRequests() && description != null) {
                return new Bound(report.model(), description);
            }
        }
        return null;
    }

    /** Why nobody answers, for people. */
    String reason(StageModel stage) {
        for (ModelReport report : asked(stage)) {
            if (report.state() == ModelState.FAILED) {
                return "model " + report.model() + " has failed: " + report.reason();
            }
        }
        String hint = stage.name().equals(CROP) ? "; pictures are cut by crop[WIDTHxHEIGHT](...)" : "";
        return "model " + stage + " is not there, or not in memory" + hint;
    }

    /** How that version stands, as far as has been told. */
    ModelState state(ModelId model) {
        ModelReport report = models.getOrDefault(model.name(), new TreeMap<>()).get(model.version());
        return report == null ? ModelState.UNLOADED : report.state();
    }

    private List<ModelReport> asked(StageModel stage) {
        NavigableMap<Long, ModelReport> versions = models.getOrDefault(stage.name(), new TreeMap<>());
        if (stage.isVersionOpen()) {
            return List.copyOf(versions.values());
        }
        Long version = stage.hasNumber()
                ? Long.valueOf(stage.version())
                : labels.getOrDefault(stage.name(), Map.of()).get(stage.version());
        ModelReport report = version == null ? null : versions.get(version);
        return report == null ? List.of() : List.of(report);
    }
}
