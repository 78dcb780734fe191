package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.JsonSettings;
import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.ModelWish.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What operators said of a model and what holds until they say otherwise, as JSON for programs and as the words of {@code
 * ./sluice models} for people.
 *
 * @thread confined to its caller
 */
final class ToldView {

    private ToldView() {}

    /** Its labels are shown as labels. */
    static String inWords(ModelWish wish) {
        List<String> words = new ArrayList<>();
        if (wish.memory() != Memory.UNSAID) {
            words.add(wish.memory() == Memory.LOADED ? "load" : "unload");
        }
        if (!wish.versions().isEmpty()) {
            words.add("serve " + String.join(", ", wish.versions()));
        }
        if (wish.instances() > 0) {
            words.add("instances " + wish.instances());
        }
        new TreeMap<>(wish.groupInstances())
                .forEach((group, count) -> words.add("instances " + count + " on " + group));
        if (!wish.traffic().isEmpty()) {
            words.add(JsonSettings.read(wish.traffic()).entrySet().stream()
                    .map(setting -> setting.getKey() + "=" + setting.getValue())
                    .collect(Collectors.joining(" ", "traffic ", "")));
        }
        new TreeMap<>(wish.sources()).forEach((version, source) -> words.add(version + " from " + source.shown()));
        return String.join("; ", words);
    }

    static void json(ModelWish wish, JsonOutput out) {
        out.raw("{\"memory\":\"")
                .raw(wish.memory().name().toLowerCase(Locale.ROOT))
                .raw("\",\"versions\":");
        words(wish.versions(), out);
        out.raw(",\"instances\":").number(wish.instances());
        groups(wish.groupInstances(), out);
        out.raw(",\"labels\":");
        labels(wish.labels(), out);
        sources(wish.sources(), out.raw(",\"sources\":"));
        if (!wish.traffic().isEmpty()) {
            out.raw(",\"traffic\":").raw(wish.traffic());
        }
        out.raw('}');
    }

    /** Only where they are not all alike. */
    private static void groups(Map<String, Integer> counts, JsonOutput out) {
        String separator = ",\"groups\":{";
        for (Map.Entry<String, Integer> count : new TreeMap<>(counts).entrySet()) {
            out.raw(separator).string(count.getKey()).raw(':').number(count.getValue());
            separator = ",";
        }
        out.raw(counts.isEmpty() ? "" : "}");
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

    static void words(Iterable<String> words, JsonOutput out) {
        String separator = "";
        out.raw('[');
        for (String word : words) {
            out.raw(separator).string(word);
            separator = ",";
        }
        out.raw(']');
    }

    static void labels(Map<String, Long> labels, JsonOutput out) {
        String separator = "{";
        for (Map.Entry<String, Long> label : new TreeMap<>(labels).entrySet()) {
            out.raw(separator).string(label.getKey()).raw(':').number(label.getValue());
            separator = ",";
        }
        out.raw(labels.isEmpty() ? "{}" : "}");
    }
}
