package dev.sluice.worker.settings;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * An option record seen as keys: each component is a setting, or a section if it is itself a record.
 *
 * @param path of the section; empty for the outermost
 * @param children by key, in the order of the record's components
 */
record Section(String path, Class<? extends Record> type, Map<String, Element> children) implements Element {

    static Section of(Class<? extends Record> type) {
        return of("", type);
    }

    private static Section of(String path, Class<? extends Record> type) {
        Map<String, Element> children = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            String key = snakeCase(component.getName());
            children.put(key, child(join(path, key), component));
        }
        return new Section(path, type, Collections.unmodifiableMap(children));
    }

    private static Element child(String path, RecordComponent component) {
        Class<?> type = component.getType();
        return type.isRecord() ? of(path, type.asSubclass(Record.class)) : Leaf.of(path, component);
    }

    /** The path of a key of this section. */
    String pathOf(String key) {
        return join(path, key);
    }

    Stream<Leaf> leaves() {
        return children.values().stream().flatMap(child -> switch (child) {
            case Section section -> section.leaves();
            case Leaf leaf -> Stream.of(leaf);
        });
    }

    /** The record, made of the values that each leaf's path has. */
    Record build(Map<String, Object> values) {
        Object[] arguments = children.values().stream()
                .map(child -> switch (child) {
                    case Section section -> section.build(values);
                    case Leaf leaf -> values.get(leaf.path());
                })
                .toArray();
        try {
            Class<?>[] types = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the canonical constructor of " + type + " fails", e);
        }
    }

    private static String join(String path, String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    /** {@code maxBodySize} as operators write it: {@code max_body_size}. */
    private static String snakeCase(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }
}
