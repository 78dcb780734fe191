package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How models are, as JSON for programs and as a table for people.
 *
 * @thread confined to its caller
 */
final class ModelsView {

    private static final List<String> HEAD =
            List.of("MODEL", "VERSION", "STATE", "CIRCUIT", "LABELS", "TRAFFIC", "TOLD", "REASON");

    private final ModelDirectory models;
    private final TrafficView traffic;

    ModelsView(ModelDirectory models, Traffic traffic) {
        this.models = models;
        this.traffic = new TrafficView(models, traffic);
    }

    /** The names of all, each once. */
    List<String> names() {
        return models.all().stream()
                .map(report -> report.model().name())
                .distinct()
                .toList();
    }

    void json(List<String> names, JsonOutput out) {
        String separator = "";
        out.raw('[');
        for (String name : names) {
            out.raw(separator);
            json(name, out);
            separator = ",";
        }
        out.raw(']');
    }

    void json(String name, JsonOutput out) {
        out.raw("{\"name\":").string(name).raw(",\"labels\":");
        ToldView.labels(models.labels(name), out);
        out.raw(",\"labels_not_ready\":");
        ToldView.words(notReady(name), out);
        out.raw(",\"told\":");
        ToldView.json(models.wish(name), out);
        traffic.json(name, out);
        out.raw(",\"versions\":[");
        String separator = "";
        for (ModelReport report : models.versions(name)) {
            out.raw(separator).raw("{\"version\":").number(report.model().version());
            out.raw(",\"state\":\"").raw(state(report));
            out.raw("\",\"circuit\":\"").raw(circuit(report));
            out.raw("\",\"reason\":").string(report.reason());
            groups(report.description(), out);
            out.raw('}');
            separator = ",";
        }
        out.raw("]}");
    }

    /** Of what has been loaded. */
    private static void groups(@Nullable Description loaded, JsonOutput out) {
        String separator = ",\"groups\":[";
        List<Description.Group> groups = loaded == null ? List.of() : loaded.groups();
        for (Description.Group group : groups) {
            out.raw(separator).raw("{\"name\":").string(group.name());
            out.raw(",\"device\":").string(group.device());
            out.raw(",\"instances\":").number(group.instances()).raw('}');
            separator = ",";
        }
        out.raw(groups.isEmpty() ? "" : "]");
    }

    /** A line for each version. */
    String table(List<String> names) {
        List<List<String>> lines = new ArrayList<>(List.of(HEAD));
        for (String name : names) {
            models.versions(name).forEach(report -> lines.add(cells(report)));
            labelsOfNobody(name).forEach((version, labels) -> lines.add(missing(name, version, labels)));
        }
        return TextTable.of(lines);
    }

    /** The labels that answer nobody: none of them moves by itself. */
    private List<String> notReady(String name) {
        Set<Long> ready = models.ready(name).stream()
                .map(report -> report.model().version())
                .collect(Collectors.toSet());
        return new TreeMap<>(models.labels(name))
                .entrySet().stream()
                        .filter(label -> !ready.contains(label.getValue()))
                        .map(Map.Entry::getKey)
                        .toList();
    }

    /** Those of versions that are not there. */
    private Map<Long, List<String>> labelsOfNobody(String name) {
        Map<Long, List<String>> labels = new TreeMap<>();
        new TreeMap<>(models.labels(name))
                .forEach((label, version) -> labels.computeIfAbsent(version, first -> new ArrayList<>())
                        .add(label));
        models.versions(name).forEach(report -> labels.remove(report.model().version()));
        return labels;
    }

    private List<String> missing(String name, long version, List<String> labels) {
        String told = ToldView.inWords(models.wish(name));
        String reason = "a label points to it, and requests by that are refused";
        return List.of(name, Long.toString(version), "missing", "", String.join(",", labels), "", told, reason);
    }

    private List<String> cells(ModelReport report) {
        return List.of(
                report.model().name(),
                Long.toString(report.model().version()),
                state(report),
                circuit(report),
                labels(report),
                traffic.cell(report.model()),
                ToldView.inWords(models.wish(report.model().name())),
                report.reason().replaceAll("\\R", " "));
    }

    private String labels(ModelReport report) {
        Collection<String> labels = new TreeMap<>(models.labels(report.model().name()))
                .entrySet().stream()
                        .filter(label -> label.getValue() == report.model().version())
                        .map(Map.Entry::getKey)
                        .toList();
        return labels.stream().collect(Collectors.joining(","));
    }

    private static String state(ModelReport report) {
        return report.state().name().toLowerCase(Locale.ROOT);
    }

    private String circuit(ModelReport report) {
        return models.circuits().state(report.model()).name().toLowerCase(Locale.ROOT);
    }
}
