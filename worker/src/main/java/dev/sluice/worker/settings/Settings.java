package dev.sluice.worker.settings;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fills an option record from the places an operator can write to; each beats the ones before it: the record's
 * defaults, what another file said in its own words, a YAML file, environment variables, the command line.
 *
 * {@snippet :
 * GatewayConfig config = Settings.of(GatewayConfig.class)
 *         .file(Path.of("conf/sluice.yaml"))
 *         .environment(System.getenv(), Set.of("SLUICE_HOME"))
 *         .load();
 * }
 *
 * @thread immutable; loading reads a file, so not on an event loop
 * @errors {@link SettingsException} with all problems of all places at once, also where a stronger place wins
 */
public final class Settings<R extends Record> {

    private final Class<R> type;
    private final List<Assignment> beneath;
    private final @Nullable Path file;
    private final EnvironmentVariables environment;
    private final List<Assignment> overrides;
    private final @Nullable Path home;

    private Settings(
            Class<R> type,
            List<Assignment> beneath,
            @Nullable Path file,
            EnvironmentVariables environment,
            List<Assignment> overrides,
            @Nullable Path home) {
        this.type = type;
        this.beneath = List.copyOf(beneath);
        this.file = file;
        this.environment = environment;
        this.overrides = List.copyOf(overrides);
        this.home = home;
    }

    /** The settings that this record declares with {@link Setting}; records inside it are sections. */
    public static <R extends Record> Settings<R> of(Class<R> type) {
        return new Settings<>(type, List.of(), null, EnvironmentVariables.NONE, List.of(), null);
    }

    /** What has been read elsewhere, and which the file may say otherwise. */
    public Settings<R> beneath(List<Assignment> assignments) {
        return new Settings<>(type, assignments, file, environment, overrides, home);
    }

    /** Reads that YAML file, which must exist but may be empty. */
    public Settings<R> file(Path path) {
        return new Settings<>(type, beneath, path, environment, overrides, home);
    }

    /** Reads {@link SettingSpec#environmentName}s; other names with the same prefix are errors unless reserved. */
    public Settings<R> environment(Map<String, String> variables, Set<String> reserved) {
        return new Settings<>(type, beneath, file, new EnvironmentVariables(variables, reserved), overrides, home);
    }

    /** What the command line sets; of two assignments to one setting the later wins. */
    public Settings<R> overrides(List<Assignment> assignments) {
        return new Settings<>(type, beneath, file, environment, assignments, home);
    }

    /**
     * Makes all paths absolute: those of the defaults, the file and the environment start at {@code directory}, those
     * of the command line where the process was started, because that is what its user's shell completes. Without
     * this, paths stay as they were written.
     */
    public Settings<R> pathsFrom(Path directory) {
        return new Settings<>(type, beneath, file, environment, overrides, directory);
    }

    /**
     * Reads it all.
     *
     * @throws SettingsException when anything is wrong
     */
    public R load() {
        return load(Map.of());
    }

    /**
     * Reads a text in place of all of these.
     *
     * @param name of the text, for problems
     * @param yaml or JSON
     * @param checks as of {@link #load(Map)}
     * @throws SettingsException when anything is wrong
     */
    public R read(String name, String yaml, Map<String, Function<String, Optional<String>>> checks) {
        Reading reading = new Reading(Section.of(type), checks);
        new YamlFile(Path.of(name), reading).compose(yaml);
        return type.cast(reading.finish());
    }

    /**
     * Reads it all, and checks values beyond their types.
     *
     * @param checks by path: what is wrong with the value, or with an item of a list, said as in {@code is no origin
     *     (got x)}; of a section, what is wrong with one that is named and has nothing in it
     * @throws SettingsException when anything is wrong
     */
    public R load(Map<String, Function<String, Optional<String>>> checks) {
        Reading reading = new Reading(Section.of(type), checks);
        beneath.forEach(reading::assign);
        if (file != null) {
            new YamlFile(file, reading).read();
        }
        environment.read(reading);
        if (home != null) {
            reading.resolvePaths(home.toAbsolutePath());
        }
        overrides.forEach(reading::assign);
        if (home != null) {
            reading.resolvePaths(Path.of("").toAbsolutePath());
        }
        return type.cast(reading.finish());
    }

    /** Every setting there is, in the order of the record's components; for documents and tests. */
    public List<SettingSpec> list() {
        return Section.of(type).leaves().map(Leaf::spec).toList();
    }
}
