package dev.sluice.worker.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One load in progress: the values and the problems found so far. A later assignment wins over an earlier one, so
 * sources are read from the weakest to the strongest; each is checked even where a stronger one wins.
 *
 * @thread confined to the thread that loads
 * @bound one value for each setting, one problem for each mistake in sources that are themselves bounded
 */
final class Reading {

    /** Enough of a wrong value to find it by; a whole one might fill the screen. */
    private static final int SHOWN_CHARS = 80;

    /** What a path is where there is to be none. */
    private static final Path NO_FILE = Path.of("none");

    private final Section root;
    private final Map<String, Function<String, Optional<String>>> checks;
    private final Map<String, Object> values = new HashMap<>();
    private final List<String> problems = new ArrayList<>();

    /** @param checks what is wrong with the value at that path, or an item of it; the answer goes on from the setting's name */
    Reading(Section root, Map<String, Function<String, Optional<String>>> checks) {
        this.root = root;
        this.checks = checks;
        root.leaves().forEach(leaf -> values.put(leaf.path(), leaf.defaultValue()));
    }

    Section root() {
        return root;
    }

    void assign(String place, Leaf leaf, String text) {
        try {
            Object value = leaf.parse(text);
            values.put(leaf.path(), value);
            if (value instanceof List<?> items) {
                items.forEach(item -> checkItem(place, leaf, item.toString()));
            } else {
                checkItem(place, leaf, text);
            }
        } catch (InvalidValueException e) {
            refuse(place, leaf, text, e);
        }
    }

    private void refuse(String place, Leaf leaf, String text, InvalidValueException why) {
        String got = text.isEmpty() ? "" : "got " + shown(text) + "; ";
        refuse(place, leaf.path() + ": " + why.getMessage() + " (" + got + "expected " + leaf.expected() + ")");
    }

    void checkItem(String place, Leaf leaf, String item) {
        Function<String, Optional<String>> check = checks.get(leaf.path());
        if (check != null) {
            check.apply(item).ifPresent(problem -> refuse(place, leaf.path() + ": " + problem));
        }
    }

    /** Of a section that is named and has nothing in it but empty lists, as good as none where no check has its path. */
    void checkEmpty(String place, Section section) {
        Function<String, Optional<String>> check = checks.get(section.path());
        if (check != null) {
            check.apply("").ifPresent(problem -> refuse(place, section.path() + ": " + problem));
        }
    }

    void assign(String place, Leaf leaf, List<String> items) {
        try {
            values.put(leaf.path(), leaf.items(items));
        } catch (InvalidValueException e) {
            refuse(place, leaf, String.join(", ", items), e);
        }
    }

    void assign(Assignment assignment) {
        root.leaves()
                .filter(leaf -> leaf.path().equals(assignment.path()))
                .findFirst()
                .ifPresentOrElse(
                        leaf -> assign(assignment.place(), leaf, assignment.text()),
                        () -> refuse(assignment.place(), shown(assignment.path()) + ": " + unknown(assignment.path())));
    }

    private String unknown(String path) {
        List<String> paths = root.leaves().map(Leaf::path).toList();
        if (paths.stream().anyMatch(known -> known.startsWith(path + "."))) {
            return "is a section, not a setting";
        }
        return "is not a setting" + Spelling.hint(path, paths);
    }

    void refuse(String place, String problem) {
        problems.add(place + ": " + problem);
    }

    /** Makes the relative paths among the values so far absolute; a file of the name {@code none} is {@code ./none}. */
    void resolvePaths(Path directory) {
        values.replaceAll((path, value) -> value instanceof List<?> items
                ? items.stream().map(item -> resolved(item, directory)).toList()
                : resolved(value, directory));
    }

    private static Object resolved(Object value, Path directory) {
        return value instanceof Path file && !file.equals(NO_FILE)
                ? directory.resolve(file).normalize()
                : value;
    }

    /**
     * The record of all values.
     *
     * @throws SettingsException when there was any problem
     */
    Record finish() {
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return root.build(values);
    }

    /** On one line, and not too long. */
    static String shown(String text) {
        String line = text.replaceAll("\\p{Cntrl}", "?");
        return line.length() <= SHOWN_CHARS ? line : line.substring(0, SHOWN_CHARS) + "...";
    }
}
