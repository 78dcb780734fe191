package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.ModelWish;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

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
        labels(models.labels(name), out);
        out.raw(",\"told\":");
        told(models.wish(name), out);
        traffic.json(name, out);
        out.raw(",\"versions\":[");
        String separator = "";
        for (ModelReport report : models.versions(name)) {
            out.raw(separator).raw("{\"version\":").number(report.model().version());
            out.raw(",\"state\":\"").raw(state(report));
            out.raw("\",\"circuit\":\"").raw(circuit(report));
            out.raw("\",\"reason\":").string(report.reason()).raw('}');
            separator = ",";
        }
        out.raw("]}");
    }

    /** A line for each version. */
    String table(List<String> names) {
        List<List<String>> lines = new ArrayList<>(List.of(HEAD));
        for (String name : names) {
            models.versions(name).forEach(report -> lines.add(cells(report)));
        }
        return TextTable.of(lines);
    }

    private List<String> cells(ModelReport report) {
        return List.of(
                report.model().name(),
                Long.toString(report.model().version()),
                state(report),
                circuit(report),
                labels(report),
                traffic.cell(report.model()),
                told(models.wish(report.model().name())),
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

    /** What operators said of a model and what holds until they say otherwise; its labels are shown as labels. */
    private static String told(ModelWish wish) {
        List<String> words = new ArrayList<>();
        if (wish.memory() == ModelWish.Memory.UNLOADED) {
            words.add("unload");
        }
        if (!wish.versions().isEmpty()) {
            words.add("serve " + String.join(", ", wish.versions()));
        }
        new TreeMap<>(wish.sources()).forEach((version, source) -> words.add(version + " from " + source.shown()));
        return String.join("; ", words);
    }

    private static void told(ModelWish wish, JsonOutput out) {
        out.raw("{\"memory\":\"")
                .raw(wish.memory().name().toLowerCase(Locale.ROOT))
                .raw("\",\"versions\":[");
        String separator = "";
        for (String item : wish.versions()) {
            out.raw(separator).string(item);
            separator = ",";
        }
        out.raw("],\"labels\":");
        labels(wish.labels(), out);
        sources(wish.sources(), out.raw(",\"sources\":"));
        out.raw('}');
    }

    private static void sources(Map<Long, ModelSource> sources, JsonOutput out) {
        String separator = "{";
        for (Map.Entry<Long, ModelSource> source : new TreeMap<>(sources).entrySet()) {
            out.raw(separator).string(Long.toString(source.getKey()));
            out.raw(":{\"url\":").string(source.getValue().shown());
            out.raw(",\"sha256\":").string(source.getValue().sha256()).raw('}');
            separator = ",";
        }
        out.raw(sources.isEmpty() ? "{}" : "}");
    }

    private static void labels(Map<String, Long> labels, JsonOutput out) {
        String separator = "{";
        for (Map.Entry<String, Long> label : new TreeMap<>(labels).entrySet()) {
            out.raw(separator).string(label.getKey()).raw(':').number(label.getValue());
            separator = ",";
        }
        out.raw(labels.isEmpty() ? "{}" : "}");
    }

    private static String state(ModelReport report) {
        return report.state().name().toLowerCase(Locale.ROOT);
    }

    private String circuit(ModelReport report) {
        return models.circuits().state(report.model()).name().toLowerCase(Locale.ROOT);
    }
}
