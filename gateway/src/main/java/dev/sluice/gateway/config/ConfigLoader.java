package dev.sluice.gateway.config;

import dev.sluice.gateway.admit.LimitOptions;
import dev.sluice.gateway.front.http.CompatOptions;
import dev.sluice.gateway.front.http.HttpOptions;
import dev.sluice.gateway.security.SecurityOptions;
import dev.sluice.gateway.transform.PictureUrlOptions;
import dev.sluice.worker.settings.CacheFolder;
import dev.sluice.worker.settings.Settings;
import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Finds the configuration file and reads it together with the environment and the command line.
 *
 * <p>The file is the one of {@code --config}, or else of the variable {@code SLUICE_CONFIG}, or else
 * {@code conf/sluice.yaml} in the home directory, which may be missing. Relative paths in defaults, file and
 * environment start at the home directory; those on the command line start where the process was started.
 *
 * @param home the directory that the launcher lies in
 * @param environment the variables of the process
 */
public record ConfigLoader(Path home, Map<String, String> environment) {

    /** Looked for in the home directory. */
    public static final Path DEFAULT_FILE = Path.of("conf", "sluice.yaml");

    private static final Map<String, Function<String, Optional<String>>> CHECKS = Map.of(
            "compat.listeners", CompatOptions::problem,
            "http.cors_origins", CorsOrigins::problem,
            "http.trusted_proxies", HttpOptions::proxyProblem,
            "limits.clients", LimitOptions::problem,
            "limits.models", LimitOptions::problem,
            "picture_urls.hosts", PictureUrlOptions::hostProblem,
            "security.open_paths", SecurityOptions::pathProblem,
            "worker.optimized_models.cache", CacheFolder::problem,
            "worker.profile_cache", CacheFolder::problem,
            "worker.sources.cache", CacheFolder::problemOfNeeded);

    private static final Pattern SERVICE_LINK = Pattern.compile("SLUICE_(SERVICE_.*|PORT(_.*)?)");
    private static final String HOME = "SLUICE_HOME";
    private static final String CONFIG = "SLUICE_CONFIG";

    /** Variables that are no settings: where to find things, and what the launcher passes to the JVM. */
    public static final Set<String> RESERVED = Set.of(HOME, CONFIG, "SLUICE_JAVA_OPTS");

    /** For this process; home is the property {@code sluice.home}, or SLUICE_HOME, or the working directory. */
    public static ConfigLoader ofProcess() {
        Map<String, String> environment = System.getenv();
        String home = System.getProperty("sluice.home", environment.getOrDefault(HOME, ""));
        return new ConfigLoader(Path.of(home).toAbsolutePath(), environment);
    }

    /**
     * Reads it all; every path in the answer is absolute.
     *
     * @throws SettingsException with all that is wrong
     */
    public GatewayConfig load(CommandLine commandLine) {
        Settings<GatewayConfig> settings = Settings.of(GatewayConfig.class)
                .environment(withoutServiceLinks(), RESERVED)
                .overrides(commandLine.overrides())
                .pathsFrom(home);
        return file(commandLine).map(settings::file).orElse(settings).load(CHECKS);
    }

    /** Kubernetes tells every container of a service named sluice where it is: SLUICE_SERVICE_HOST, SLUICE_PORT... */
    private Map<String, String> withoutServiceLinks() {
        Map<String, String> ours = new HashMap<>(environment);
        ours.keySet().removeIf(name -> SERVICE_LINK.matcher(name).matches());
        return ours;
    }

    private Optional<Path> file(CommandLine commandLine) {
        return Optional.ofNullable(commandLine.config())
                .or(() -> Optional.ofNullable(environment.get(CONFIG))
                        .filter(name -> !name.isEmpty())
                        .map(home::resolve))
                .or(() -> Optional.of(home.resolve(DEFAULT_FILE)).filter(Files::exists));
    }
}
