package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.front.http.PathSegment;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A path by which models are told of and managed: all of them, one, or a version of one.
 *
 * @param list the word that it begins with
 * @param model null for all of them
 * @param version null where none is named
 */
public record ManagedPath(
        String list, @Nullable String model, @Nullable String version) {

    private static final Pattern PATH =
            Pattern.compile("/(?<list>models|workflows)(?:/(?<model>[^/]+)(?:/(?<version>[^/]+))?)?/?");

    /** Which paths there are, for a table of routes. */
    public static String pattern(String lists) {
        return "/(?:" + lists + ")(?:/[^/]+){0,2}/?";
    }

    /** Empty for what is none, which a route may have matched when its dots and slashes were resolved. */
    public static Optional<ManagedPath> of(String path) {
        Matcher found = PATH.matcher(path);
        return found.matches()
                ? Optional.of(new ManagedPath(
                        found.group("list"), decoded(found.group("model")), decoded(found.group("version"))))
                : Optional.empty();
    }

    private static @Nullable String decoded(@Nullable String segment) {
        return segment == null ? null : PathSegment.decode(segment);
    }
}
