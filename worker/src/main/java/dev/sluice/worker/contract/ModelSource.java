package dev.sluice.worker.contract;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a model version comes from that does not lie in the repository.
 *
 * <p>As text it says nothing that is nobody's business: what stands before the host and behind the path may be secrets.
 *
 * @param url of {@code https}, {@code http}, {@code s3} or {@code file}
 * @param sha256 what the digest of its bytes must be, in lower case; empty for what it was when it was first read
 */
public record ModelSource(String url, String sha256) {

    /** As a model.yaml has it. */
    private static final Pattern TEXT = Pattern.compile("(\\S+)(?:\\s+sha256=(\\S+))?");

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern S3 = Pattern.compile("s3://([a-z0-9][a-z0-9._-]{1,62})/([^?#\\s]+)");
    private static final int LONGEST = 8192;
    private static final int LAST_PORT = 65535;
    private static final String HIDDEN = "***";

    public ModelSource {
        sha256 = sha256.toLowerCase(Locale.ROOT);
    }

    /** What is wrong with it, if anything is. */
    public Optional<String> fault() {
        if (!sha256.isEmpty() && !DIGEST.matcher(sha256).matches()) {
            return Optional.of("sha256 is no digest of 64 hexadecimal digits");
        }
        if (url.length() > LONGEST) {
            return Optional.of("the URL is longer than " + LONGEST + " characters");
        }
        return switch (scheme()) {
            case "http", "https" -> faultOfWebUrl();
            case "s3" -> S3.matcher(url).matches() ? Optional.empty() : noUrl();
            case "file" -> isFile() ? Optional.empty() : noUrl();
            default -> noUrl();
        };
    }

    private Optional<String> noUrl() {
        return Optional.of("is no URL of https, http, s3 or file" + got());
    }

    private String got() {
        return " (got " + shown() + ")";
    }

    /** Says what is wrong, for people type such URLs. */
    private Optional<String> faultOfWebUrl() {
        URI uri;
        try {
            uri = new URI(url);
        } catch (URISyntaxException malformed) {
            String reason = malformed.getReason().toLowerCase(Locale.ROOT);
            return Optional.of("is no URL: " + reason + " at index " + malformed.getIndex() + got());
        }
        if (uri.getRawAuthority() == null) {
            return Optional.of("names no host" + got());
        }
        if (uri.getHost() == null) {
            return Optional.of("has a host or port that cannot be" + got());
        }
        if (uri.getPort() == 0 || uri.getPort() > LAST_PORT) {
            return Optional.of("has the port " + uri.getPort() + ", and ports are from 1 to " + LAST_PORT);
        }
        return uri.getRawFragment() == null
                ? Optional.empty()
                : Optional.of("has a fragment, which no server is sent: leave out what begins with #, or write %23"
                        + " where # is meant" + got());
    }

    private boolean isFile() {
        return parsed().filter(uri -> uri.getRawAuthority() == null
                        && uri.getPath() != null
                        && uri.getPath().startsWith("/")
                        && uri.getPath().indexOf('\0') < 0
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null)
                .isPresent();
    }

    /** In lower case; empty where there is none. */
    public String scheme() {
        int colon = url.indexOf(':');
        return colon < 0 ? "" : url.substring(0, colon).toLowerCase(Locale.ROOT);
    }

    private Optional<URI> parsed() {
        try {
            return Optional.of(URI.create(url));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** @throws IllegalArgumentException with what is wrong with it */
    public static ModelSource parse(String text) {
        Matcher form = TEXT.matcher(text.strip());
        if (!form.matches()) {
            throw new IllegalArgumentException("is no URL, with or without sha256=DIGEST behind it");
        }
        ModelSource source = new ModelSource(form.group(1), form.group(2) == null ? "" : form.group(2));
        source.fault().ifPresent(fault -> {
            throw new IllegalArgumentException(fault);
        });
        return source;
    }

    /** The URL without its secrets: user and password before the host, and the query, which may be a signature. */
    public String shown() {
        return shown(url);
    }

    public static String shown(String url) {
        int query = url.indexOf('?');
        String place = query < 0 ? url : url.substring(0, query);
        int authority = place.indexOf("://");
        int at = place.lastIndexOf('@'); // more may be hidden than need be, if a path has one
        if (at >= 0) { // also where it is mistyped
            place = place.substring(0, authority >= 0 && authority < at ? authority + 3 : 0)
                    + HIDDEN
                    + place.substring(at);
        } else if (query >= 0 && url.indexOf('@', query) > 0) {
            place = place.substring(0, authority < 0 ? 0 : authority + 3) + HIDDEN;
        }
        return query < 0 ? place : place + "?" + HIDDEN;
    }

    @Override
    public String toString() {
        return shown() + (sha256.isEmpty() ? "" : " sha256=" + sha256);
    }
}
