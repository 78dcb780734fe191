package dev.sluice.worker.settings;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The variables of a process, of which those that start with {@link SettingSpec#ENVIRONMENT_PREFIX} are settings.
 *
 * @param reserved names that start so and are no settings
 */
record EnvironmentVariables(Map<String, String> all, Set<String> reserved) {

    static final EnvironmentVariables NONE = new EnvironmentVariables(Map.of(), Set.of());

    /** In the order of their names, so that problems come in the same order each time. */
    void read(Reading reading) {
        Map<String, Leaf> known = reading.root()
                .leaves()
                .collect(Collectors.toMap(leaf -> leaf.spec().environmentName(), Function.identity()));
        new TreeMap<>(all).forEach((name, text) -> {
            if (name.startsWith(SettingSpec.ENVIRONMENT_PREFIX) && !reserved.contains(name)) {
                read(reading, known, name, text);
            }
        });
    }

    private void read(Reading reading, Map<String, Leaf> known, String name, String text) {
        Leaf leaf = known.get(name);
        if (leaf == null) {
            reading.refuse(name, "is not a setting" + hint(name, known.keySet()));
        } else {
            reading.assign(name, leaf, text);
        }
    }

    /** Compares without the prefix, which would make all names look alike. */
    private static String hint(String name, Set<String> names) {
        int prefix = SettingSpec.ENVIRONMENT_PREFIX.length();
        List<String> known = names.stream().map(each -> each.substring(prefix)).toList();
        return Spelling.closest(name.substring(prefix), known)
                .map(meant -> Spelling.hint(SettingSpec.ENVIRONMENT_PREFIX + meant))
                .orElse("");
    }
}
