package dev.sluice.worker.settings;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where something is kept that can be had again: a setting that is an absolute directory, or {@value #AUTO} for a place
 * below the user's own caches.
 *
 * @thread any
 * @source XDG Base Directory Specification
 */
public final class CacheFolder {

    /** Below the user's cache directory. */
    public static final String AUTO = "auto";

    /** In no place. */
    public static final String NONE = "none";

    private CacheFolder() {}

    /**
     * The folder that a setting means; empty where it means none, or none that can be.
     *
     * @param name of what is kept, below the user's cache directory
     */
    public static Optional<Path> of(String setting, String name, Map<String, String> environment, String home) {
        if (!setting.equals(AUTO)) {
            return absolute(setting);
        }
        return absolute(environment.getOrDefault("XDG_CACHE_HOME", ""))
                .or(() -> absolute(home).map(user -> user.resolve(".cache")))
                .map(cache -> cache.resolve("sluice").resolve(name));
    }

    /** The same of this process. */
    public static Optional<Path> of(String setting, String name) {
        return of(setting, name, System.getenv(), System.getProperty("user.home", ""));
    }

    /** What is wrong with a setting, if anything is: a relative path would be another place for every start. */
    public static Optional<String> problem(String setting) {
        return setting.equals(NONE) ? Optional.empty() : problemOfNeeded(setting);
    }

    /** The same of what cannot do without a place, so that {@value #NONE} is no path either. */
    public static Optional<String> problemOfNeeded(String setting) {
        return setting.equals(AUTO) || absolute(setting).isPresent()
                ? Optional.empty()
                : Optional.of("is no absolute path (got " + setting + ")");
    }

    private static Optional<Path> absolute(String text) {
        try {
            return Optional.of(Path.of(text)).filter(Path::isAbsolute);
        } catch (InvalidPathException malformed) {
            return Optional.empty();
        }
    }
}
