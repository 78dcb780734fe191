package dev.sluice.worker.settings;

import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Objects;

/**
 * One setting, and how its value is read.
 *
 * @param defaultValue the value of {@link SettingSpec#defaultText}
 */
record Leaf(SettingSpec spec, ValueType type, Range range, Object defaultValue) implements Element {

    /**
     * The setting that this component declares.
     *
     * @throws IllegalArgumentException when the annotation is missing or contradicts itself: a programmer's mistake
     */
    static Leaf of(String path, RecordComponent component) {
        Setting setting = component.getAnnotation(Setting.class);
        if (setting == null) {
            throw new IllegalArgumentException(component + " is neither a record nor annotated with @Setting");
        }
        var spec = new SettingSpec(path, component.getType(), setting.value(), setting.min(), setting.max());
        try {
            ValueType type = ValueType.of(component, setting);
            Range range = Range.of(setting, type);
            Object defaultValue = type.parser().parse(setting.value());
            if (!range.contains(defaultValue)) {
                throw new InvalidValueException("is out of range");
            }
            return new Leaf(spec, type, range, defaultValue);
        } catch (InvalidValueException e) {
            throw new IllegalArgumentException("the @Setting of " + component + ": " + e.getMessage(), e);
        }
    }

    String path() {
        return spec.path();
    }

    boolean isList() {
        return spec.type() == List.class;
    }

    /** Whether its only item may stand for a list: if its default is written so. */
    boolean mayBeOneItem() {
        return isList() && !spec.defaultText().isEmpty() && !spec.defaultText().startsWith("[");
    }

    /** Whether an item of it may be a section. */
    boolean mayHaveSections() {
        return type.hasSections();
    }

    /** Whether it may be written as a section. */
    boolean mayBeEntries() {
        return type.isEntries();
    }

    /** The list of those. */
    List<Object> items(List<String> texts) throws InvalidValueException {
        return ValueType.items(texts, Objects.requireNonNull(type.item()));
    }

    /** What its values look like: {@code a whole number, from 0 to 65535}. */
    String expected() {
        return type.expected() + range.text();
    }

    Object parse(String text) throws InvalidValueException {
        if (text.isEmpty() && !spec.defaultText().isEmpty()) {
            throw new InvalidValueException("is empty");
        }
        Object value = type.parser().parse(text);
        if (!range.contains(value)) {
            throw new InvalidValueException("is out of range");
        }
        return value;
    }
}
