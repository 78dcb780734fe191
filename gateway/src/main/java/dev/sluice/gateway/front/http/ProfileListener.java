package dev.sluice.gateway.front.http;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A port of its own for a profile.
 *
 * @param host empty for that of HTTP
 * @param port 0 for any that is free
 */
public record ProfileListener(Profile profile, String host, int port) {

    private static final int MAX_PORT = 65535;
    private static final Pattern FORM = Pattern.compile(
            "(?<profile>[a-z0-9-]+): *(?:(?<host>\\[[0-9a-fA-F:.]+]|[^\\s:\\[\\]]+):)?(?<port>[0-9]{1,5})");

    /** As in {@code tensorflow-serving: 8501} and {@code kserve-v1: 0.0.0.0:8080}; empty for what is none. */
    static Optional<ProfileListener> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || Integer.parseInt(form.group("port")) > MAX_PORT) {
            return Optional.empty();
        }
        String host = form.group("host") == null ? "" : form.group("host").replaceAll("[\\[\\]]", "");
        int port = Integer.parseInt(form.group("port"));
        return Profile.of(form.group("profile")).map(profile -> new ProfileListener(profile, host, port));
    }

    /** What is wrong with such a text, if anything is. */
    static Optional<String> problem(String text) {
        return parse(text).isPresent()
                ? Optional.empty()
                : Optional.of("is no listener (got " + text + "; expected PROFILE: PORT or PROFILE: HOST:PORT, as in"
                        + " tensorflow-serving: 8501, with a profile of " + Arrays.toString(Profile.values()) + ")");
    }
}
