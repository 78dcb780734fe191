package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.traffic.Traffic;
import dev.sluice.worker.contract.ModelReport;
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
            List.of("MODEL", "VERSION", "STATE", "CIRCUIT", "LABELS", "TRAFFIC", "REASON");

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
        out.raw("{\"name\":").string(name).raw(",\"labels\":{");
        String separator = "";
        for (Map.Entry<String, Long> label : new TreeMap<>(models.labels(name)).entrySet()) {
            out.raw(separator).string(label.getKey()).raw(':').number(label.getValue());
            separator = ",";
        }
        out.raw('}');
        traffic.json(name, out);
        out.raw(",\"versions\":[");
        separator = "";
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
        int[] widths = new int[HEAD.size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        StringBuilder table = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                text.append(line.get(i))
                        .append(" ".repeat(widths[i] + 2 - line.get(i).length()));
            }
            table.append(text.toString().stripTrailing()).append('\n');
        }
        return table.toString();
    }

    private List<String> cells(ModelReport report) {
        return List.of(
                report.model().name(),
                Long.toString(report.model().version()),
                state(report),
                circuit(report),
                labels(report),
                traffic.cell(report.model()),
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
