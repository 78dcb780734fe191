package dev.sluice.worker.settings;

import java.util.Locale;

/**
 * What one setting is: where it stands and which values it takes.
 *
 * @param path the keys from the top of the file on, joined by dots: {@code http.max_body_size}
 * @param type of the record component that it fills
 * @param defaultText its value when nobody sets it, as an operator would write it
 * @param min least value allowed, as an operator would write it; empty for no limit
 * @param max greatest value allowed, likewise
 */
public record SettingSpec(String path, Class<?> type, String defaultText, String min, String max) {

    /** What the name of every environment variable of Sluice starts with. */
    public static final String ENVIRONMENT_PREFIX = "SLUICE_";

    /** The environment variable that sets it: {@code SLUICE_HTTP_MAX_BODY_SIZE}. */
    public String environmentName() {
        return ENVIRONMENT_PREFIX + path.replace('.', '_').toUpperCase(Locale.ROOT);
    }
}
