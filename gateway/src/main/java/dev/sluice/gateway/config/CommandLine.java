package dev.sluice.gateway.config;

import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the user typed behind {@code sluice serve}.
 *
 * @param config the file to read instead of the usual one; null for the usual one
 * @param overrides settings to change, in the order they were typed, so that the last of equals wins
 * @param help whether to print {@link #USAGE} and do nothing else
 */
public record CommandLine(@Nullable Path config, List<Assignment> overrides, boolean help) {

    public static final String USAGE = """
            Usage: sluice serve [OPTION]...

              --config FILE     read FILE instead of conf/sluice.yaml
              --host HOST       listen on HOST                 (http.host, default 127.0.0.1)
              --port PORT       listen on PORT; 0 picks one    (http.port, default 8080)
              --models DIR      serve the models in DIR        (worker.models, default conf/models);
                                may be repeated: the models of all of them
              --set KEY=VALUE   change any setting, as in --set http.max_body_size=1MiB; may be repeated
              --help            print this and stop

            --port=8080 means the same as --port 8080. Options win over environment variables
            (SLUICE_HTTP_PORT), which win over the file. A relative DIR or FILE starts at the working
            directory. conf/sluice.yaml explains every setting.
            """;

    /**
     * Reads the arguments; whether the settings they name exist and fit is found out when the configuration is loaded.
     *
     * @throws SettingsException with every argument that is wrong
     */
    public static CommandLine parse(List<String> arguments) {
        return new ArgumentReader(arguments).read();
    }
}
