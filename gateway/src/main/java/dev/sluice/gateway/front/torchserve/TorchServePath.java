package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.front.http.PathSegment;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A path of TorchServe's by which a model is asked.
 *
 * @param model null where it is named elsewhere
 * @param version null where it is left open
 * @param explains whether it asks for an explanation
 * @source pytorch/serve, InferenceRequestHandler.java
 */
record TorchServePath(@Nullable String model, @Nullable String version, boolean explains) {

    private static final String MODEL = "/(?<model>[^/]+)";
    private static final String VERSION = "(?:/(?<version>[^/]+))?";

    /** What stands behind a version is for handlers, which there are none of here. */
    private static final Pattern PREDICTIONS =
            Pattern.compile("/(?<verb>predictions|explanations)" + MODEL + VERSION + "(?:/.*)?");

    private static final Pattern SAGEMAKER = Pattern.compile("/invocations/?|/models" + MODEL + "/invoke");
    private static final Pattern KSERVE =
            Pattern.compile("/v1/models/(?<model>[^/:]+?)(?::|%3[Aa])(?<verb>predict|explain)");
    private static final Pattern V2 = Pattern.compile("/v2/models" + MODEL + "/(?<verb>explain)");
    private static final Pattern LEGACY = Pattern.compile("/(?!models/)" + "(?<model>[^/]+)" + VERSION + "/predict");

    /** All of them, and what of predictions is none, for a table of routes. */
    static final String PATHS = "/(?:predictions|explanations)(?:/.*)?|"
            + Stream.of(SAGEMAKER, KSERVE, V2, LEGACY)
                    .map(TorchServePath::nameless)
                    .collect(Collectors.joining("|"));

    /** Several that are one must not have groups of one name. */
    private static String nameless(Pattern pattern) {
        return pattern.pattern().replaceAll("\\?<[a-z]+>", "?:");
    }

    /** Empty for another path. */
    static Optional<TorchServePath> of(String path) {
        for (Pattern pattern : new Pattern[] {PREDICTIONS, SAGEMAKER, KSERVE, V2, LEGACY}) {
            Matcher found = pattern.matcher(path);
            if (found.matches()) {
                return Optional.of(new TorchServePath(
                        group(found, "model"),
                        group(found, "version"),
                        String.valueOf(group(found, "verb")).startsWith("expla")));
            }
        }
        return Optional.empty();
    }

    private static @Nullable String group(Matcher found, String name) {
        @Nullable String segment = found.namedGroups().containsKey(name) ? found.group(name) : null;
        return segment == null ? null : PathSegment.decode(segment);
    }
}
