package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.front.http.PathSegment;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path of DJL Serving's by which a model is asked.
 *
 * @param model null where it is named elsewhere
 * @param version null where it is left open, or named elsewhere
 * @source djl-serving, InferenceRequestHandler.java
 */
record DjlPath(@Nullable String model, @Nullable String version) {

    private static final Pattern PREDICTIONS =
            Pattern.compile("/predictions/(?<model>[^/]+)(?:/(?<version>[^/]+)?(?:/.*)?)?");
    private static final Pattern INVOKE = Pattern.compile("/models/(?<model>[^/]+)/(?:.*/)?invoke");
    private static final Pattern INVOCATIONS = Pattern.compile("/invocations/?");

    /** All of them, and what of predictions is none, for a table of routes. */
    static final String PATHS = "/predictions(?:/.*)?|" + INVOCATIONS.pattern() + "|" + INVOKE.pattern();

    /** Empty for another path. */
    static Optional<DjlPath> of(String path) {
        if (INVOCATIONS.matcher(path).matches()) {
            return Optional.of(new DjlPath(null, null));
        }
        Matcher predictions = PREDICTIONS.matcher(path);
        if (predictions.matches()) {
            return Optional.of(new DjlPath(decoded(predictions.group("model")), decoded(predictions.group("version"))));
        }
        Matcher invoke = INVOKE.matcher(path);
        return invoke.matches() ? Optional.of(new DjlPath(decoded(invoke.group("model")), null)) : Optional.empty();
    }

    private static @Nullable String decoded(@Nullable String segment) {
        return segment == null ? null : PathSegment.decode(segment);
    }
}
