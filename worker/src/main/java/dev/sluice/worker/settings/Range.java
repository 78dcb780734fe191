package dev.sluice.worker.settings;

import org.jspecify.annotations.Nullable;

/**
 * The least and the greatest value of a setting, both allowed.
 *
 * @param least null for no limit
 * @param most null for no limit
 * @param text both as an operator would write them: {@code , from 1s to 1h}; empty without limits
 */
record Range(@Nullable Object least, @Nullable Object most, String text) {

    static Range of(Setting setting, ValueType type) throws InvalidValueException {
        return new Range(
                setting.min().isEmpty() ? null : type.parser().parse(setting.min()),
                setting.max().isEmpty() ? null : type.parser().parse(setting.max()),
                text(setting.min(), setting.max()));
    }

    boolean contains(Object value) {
        return (least == null || compare(least, value) <= 0) && (most == null || compare(value, most) <= 0);
    }

    private static String text(String min, String max) {
        if (min.isEmpty()) {
            return max.isEmpty() ? "" : ", at most " + max;
        }
        return max.isEmpty() ? ", at least " + min : ", from " + min + " to " + max;
    }

    /** Both values come from one parser, so they have one class. */
    @SuppressWarnings("unchecked")
    private static int compare(Object one, Object other) {
        return ((Comparable<Object>) one).compareTo(other);
    }
}
