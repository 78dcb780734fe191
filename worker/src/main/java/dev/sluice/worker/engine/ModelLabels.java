package dev.sluice.worker.engine;

import ai.djl.util.JsonUtils;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * Finds the class labels that some exporters write into a model's metadata.
 *
 * @thread any; holds nothing
 * @source ultralytics writes {@code names} as a Python dict from class to name; the other keys are convention
 */
final class ModelLabels {

    private static final List<String> KEYS = List.of("labels", "classes", "class_labels", "names");
    private static final TypeToken<SortedMap<Integer, String>> BY_CLASS = new TypeToken<>() {};

    private ModelLabels() {}

    /** The labels of the first key that has any; metadata is free text, so what cannot be read is no error. */
    static List<String> in(Map<String, String> metadata) {
        return KEYS.stream()
                .map(key -> parse(metadata.getOrDefault(key, "").strip()))
                .filter(labels -> !labels.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static List<String> parse(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        try {
            return switch (text.charAt(0)) {
                case '[' -> strings(Arrays.asList(JsonUtils.GSON.fromJson(text, String[].class)));
                case '{' -> inOrder(JsonUtils.GSON.fromJson(text, BY_CLASS));
                // Names may hold commas (ImageNet's do) where line breaks separate them.
                default -> strings(Arrays.asList(text.split(text.contains("\n") ? "\n" : ",")));
            };
        } catch (JsonParseException e) {
            return List.of();
        }
    }

    private static List<String> inOrder(SortedMap<Integer, String> byClass) {
        boolean complete = !byClass.isEmpty() && byClass.firstKey() == 0 && byClass.lastKey() == byClass.size() - 1;
        return complete ? strings(byClass.values()) : List.of();
    }

    /** An empty name stays, for what follows it must keep its number. */
    private static List<String> strings(Collection<String> labels) {
        return labels.stream().map(label -> String.valueOf(label).strip()).toList();
    }
}
