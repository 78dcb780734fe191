package dev.sluice.worker.settings;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * How a text becomes a value of one Java type.
 *
 * @param expected what such a value looks like, for people: {@code a whole number}
 * @param parser makes the value
 * @param item makes an item of it, if it is a list; otherwise null
 * @param hasSections whether items may be written as sections
 * @param isEntries whether the whole list may be
 */
record ValueType(String expected, Parser parser, @Nullable Parser item, boolean hasSections, boolean isEntries) {

    private ValueType(String expected, Parser parser) {
        this(expected, parser, null, false, false);
    }

    private static final ValueType SECTIONS = new ValueType(
            "a single value, or a list of sections",
            text -> items(texts(text), item -> item),
            item -> item,
            true,
            false);

    private static final ValueType ENTRIES = new ValueType(
            "a section of single values, or a list of KEY=VALUE",
            text -> items(texts(text), item -> item),
            item -> item,
            false,
            true);

    private static final ValueType SIZE =
            new ValueType("a size in B, KiB, MiB or GiB, such as 64MiB", Quantity.SIZE::parse);

    private static final Map<Class<?>, ValueType> BY_CLASS = Map.of(
            int.class,
            new ValueType("a whole number", text -> (int) wholeNumber(text, Integer.MIN_VALUE, Integer.MAX_VALUE)),
            long.class,
            new ValueType("a whole number", text -> wholeNumber(text, Long.MIN_VALUE, Long.MAX_VALUE)),
            double.class,
            new ValueType("a number", ValueType::number),
            boolean.class,
            new ValueType("true or false", ValueType::truth),
            String.class,
            new ValueType("a text", text -> text),
            Duration.class,
            new ValueType(
                    "a duration in ns, us, ms, s, m or h, such as 30s",
                    text -> Duration.ofNanos(Quantity.DURATION.parse(text))),
            Path.class,
            new ValueType("a path", ValueType::path));

    private static final Map<String, ValueType> LISTS = Map.of(
            "java.util.List<java.lang.String>", list("a list of texts", text -> text),
            "java.util.List<java.nio.file.Path>", list("a path, or a list of them", ValueType::path));

    /**
     * Makes a value of a text.
     *
     * @thread stateless, may be called from any
     */
    @FunctionalInterface
    interface Parser {
        Object parse(String text) throws InvalidValueException;
    }

    /**
     * The type that fits that component.
     *
     * @throws IllegalArgumentException when settings cannot have such a type, which is a programmer's mistake
     */
    static ValueType of(RecordComponent component, Setting setting) {
        Class<?> type = component.getType();
        if (type.isEnum()) {
            return ofEnum(type);
        }
        ValueType found =
                type == List.class ? LISTS.get(component.getGenericType().getTypeName()) : BY_CLASS.get(type);
        boolean isTexts = found != null && found.equals(LISTS.get("java.util.List<java.lang.String>"));
        if (found == null
                || (setting.bytes() && type != long.class)
                || ((setting.sections() || setting.entries()) && !isTexts)) {
            throw new IllegalArgumentException("a setting cannot have the type of " + component);
        }
        if (setting.entries()) {
            return ENTRIES;
        }
        return setting.bytes() ? SIZE : setting.sections() ? SECTIONS : found;
    }

    /** Enum constants are written in lower case. */
    private static ValueType ofEnum(Class<?> type) {
        Map<String, Object> constants = Arrays.stream(type.getEnumConstants())
                .collect(Collectors.toMap(constant -> constant.toString().toLowerCase(Locale.ROOT), c -> c));
        String names = constants.keySet().stream().sorted().collect(Collectors.joining(", "));
        return new ValueType("one of " + names, text -> {
            Object constant = constants.get(text);
            if (constant == null) {
                throw new InvalidValueException("is unknown");
            }
            return constant;
        });
    }

    private static long wholeNumber(String text, long least, long most) throws InvalidValueException {
        if (!text.matches("[+-]?[0-9]+")) {
            throw new InvalidValueException("is not a whole number");
        }
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Digits that do not fit a long: out of range like the others.
        }
        throw new InvalidValueException("is out of range");
    }

    /** Through BigDecimal, which knows neither NaN nor {@code 1f} nor hexadecimal. */
    private static double number(String text) throws InvalidValueException {
        try {
            double number = new BigDecimal(text).doubleValue();
            if (Double.isFinite(number)) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new InvalidValueException("is not a number");
        }
        throw new InvalidValueException("is out of range");
    }

    private static boolean truth(String text) throws InvalidValueException {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new InvalidValueException("is neither true nor false");
        };
    }

    private static Path path(String text) throws InvalidValueException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new InvalidValueException("is not a path");
        }
    }

    private static ValueType list(String expected, Parser item) {
        return new ValueType(expected, text -> items(texts(text), item), item, false, false);
    }

    /** Each of those made a value. */
    static List<Object> items(List<String> texts, Parser item) throws InvalidValueException {
        List<Object> items = new ArrayList<>();
        for (String text : texts) {
            items.add(item.parse(text));
        }
        return List.copyOf(items);
    }

    /** Outside of YAML a list is one text with commas, or just what it would be in YAML. */
    private static List<String> texts(String text) throws InvalidValueException {
        if (text.startsWith("[")) {
            return yamlList(text);
        }
        return text.isEmpty()
                ? List.of()
                : Stream.of(text.split(",", -1)).map(String::strip).toList();
    }

    private static List<String> yamlList(String text) throws InvalidValueException {
        try {
            Node root = new Compose(LoadSettings.builder().build())
                    .composeString(text)
                    .orElse(null);
            if (root instanceof SequenceNode list && list.getValue().stream().allMatch(ScalarNode.class::isInstance)) {
                return list.getValue().stream()
                        .map(item -> ((ScalarNode) item).getValue())
                        .toList();
            }
        } catch (YamlEngineException malformed) {
            // no list, like a list with something other than texts in it
        }
        throw new InvalidValueException("is not a list of texts");
    }
}
