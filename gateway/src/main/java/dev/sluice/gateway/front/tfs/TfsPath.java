package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.http.PathSegment;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path of TensorFlow Serving, whose fixed words may come in any case.
 *
 * @param name of the model; null where none is given
 * @param version digits; null where none is given
 * @param label another name of a version; null where none is given
 * @param verb {@code predict}, {@code classify}, {@code regress}, {@code metadata}, or empty for the status
 * @source tensorflow/serving, http_rest_api_util.cc
 */
record TfsPath(
        @Nullable String name,
        @Nullable String version,
        @Nullable String label,
        String verb) {

    private static final String VERSION = "(?:/versions/(?<version>[0-9]+)|/labels/(?<label>[^/:]+))?";
    private static final Pattern CALL =
            Pattern.compile("(?i)/v1/models/(?<name>[^/:]+)" + VERSION + ":(?<verb>classify|regress|predict)");
    private static final Pattern QUESTION =
            Pattern.compile("(?i)/v1/models(?:/(?<name>[^/:]+))?" + VERSION + "(?:/(?<verb>metadata))?");

    /** Of something to be done; empty for another path. */
    static Optional<TfsPath> call(String path) {
        return match(CALL, path);
    }

    /** Of something to be told. */
    static Optional<TfsPath> question(String path) {
        return match(QUESTION, path);
    }

    private static Optional<TfsPath> match(Pattern pattern, String path) {
        Matcher found = pattern.matcher(path);
        if (!found.matches()) {
            return Optional.empty();
        }
        @Nullable String verb = found.group("verb");
        return Optional.of(new TfsPath(
                decoded(found.group("name")),
                found.group("version"),
                decoded(found.group("label")),
                verb == null ? "" : verb.toLowerCase(Locale.ROOT)));
    }

    private static @Nullable String decoded(@Nullable String segment) {
        return segment == null ? null : PathSegment.decode(segment);
    }

    /** Its name, where it has one. */
    String model() {
        return String.valueOf(name);
    }

    /** Whether its version is a number at all. */
    boolean hasNumber() {
        try {
            return version == null || Long.parseLong(version) >= 0;
        } catch (NumberFormatException beyondLong) {
            return false;
        }
    }
}
