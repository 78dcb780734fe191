package dev.sluice.worker.source;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelSource;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;

/**
 * A file of a web server.
 *
 * <p>Redirects are followed here and not by the client, so that each is checked as the first was. With TLS the address
 * is checked once more when the connection is there and nothing has been said yet: between two look-ups a name may lead
 * elsewhere.
 *
 * @thread as the interface says
 * @source RFC 9110, range requests and conditional requests
 */
final class HttpRemote implements Remote.Lone {

    private static final int MOST_REDIRECTS = 5;
    private static final int PARTIAL = 206;
    private static final int OUT_OF_RANGE = 416;
    private static final Duration CONNECTING = Duration.ofSeconds(10);
    private static final Duration LONGEST_AFTER = Duration.ofHours(1);
    private static final Pattern CONTENT_RANGE = Pattern.compile("bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18})");
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    private final ModelSource source;
    private final SourceRules rules;
    private final CheckedSockets sockets;
    private final Duration idleTimeout;
    private final InstantSource clock;

    HttpRemote(
            ModelSource source, SourceRules rules, CheckedSockets sockets, Duration idleTimeout, InstantSource clock) {
        this.source = source;
        this.rules = rules;
        this.sockets = sockets;
        this.idleTimeout = idleTimeout;
        this.clock = clock;
    }

    @Override
    public Opened open(long from, String validator) throws IOException {
        return open(from, validator, anybody -> {});
    }

    /**
     * The same for who may want to hang up on a server that has not answered yet.
     *
     * @param connecting is told of each connection before it is made
     */
    Opened open(long from, String validator, Consumer<HttpURLConnection> connecting) throws IOException {
        URI uri = URI.create(source.url());
        String secret = uri.getUserInfo() == null ? "" : uri.getUserInfo();
        String origin = uri.getHost() + ":" + uri.getPort();
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            check(uri, redirects > 0);
            HttpURLConnection connection = connection(uri);
            connecting.accept(connection);
            if (from > 0) {
                connection.setRequestProperty("Range", "bytes=" + from + "-");
                if (!validator.isEmpty()) {
                    connection.setRequestProperty("If-Range", validator);
                }
            }
            if (!secret.isEmpty() && origin.equals(uri.getHost() + ":" + uri.getPort())) {
                connection.setRequestProperty(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8)));
            }
            int status = status(connection, uri);
            @Nullable URI next = redirect(connection, uri, status);
            if (next == null) {
                return status == OUT_OF_RANGE && from > 0
                        ? again(connection, connecting)
                        : opened(connection, uri, status);
            }
            connection.disconnect();
            uri = next;
        }
        String often = "redirects more than " + MOST_REDIRECTS + " times";
        throw SourceException.ofRedirect(source.shown() + " " + often, "it " + often);
    }

    private void check(URI uri, boolean redirected) throws SourceException {
        Optional<String> objection = rules.objection(new ModelSource(uri.toString(), ""));
        if (objection.isPresent()) {
            throw redirected ? notFollowed(uri, objection.get()) : SourceException.never(objection.get());
        }
        rules.checkHost(uri);
    }

    /** Its path may be a secret of the server that has redirected to it. */
    private SourceException notFollowed(URI uri, String objection) {
        ModelSource host = new ModelSource(uri.getScheme() + "://" + uri.getHost() + "/", "");
        String told = rules.objection(host)
                .map(why -> "it redirects, and " + why)
                .orElse("it redirects to what cannot be asked");
        return SourceException.ofRedirect(objection, told);
    }

    /** What was there is gone, or is shorter now. */
    private Opened again(HttpURLConnection connection, Consumer<HttpURLConnection> connecting) throws IOException {
        connection.disconnect();
        return open(0, "", connecting);
    }

    private HttpURLConnection connection(URI uri) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) withoutSecret(uri).toURL().openConnection(Proxy.NO_PROXY);
        if (connection instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(sockets.checking(uri.getHost()));
        }
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout((int) Math.min(CONNECTING.toMillis(), idleTimeout.toMillis()));
        connection.setReadTimeout((int) idleTimeout.toMillis());
        connection.setRequestProperty("User-Agent", "sluice");
        connection.setRequestProperty("Accept", "*/*");
        connection.setRequestProperty("Accept-Encoding", "identity");
        return connection;
    }

    private static URI withoutSecret(URI uri) throws SourceException {
        if (uri.getHost() == null) {
            throw SourceException.never(ModelSource.shown(uri.toString()) + " names no host");
        }
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String path = Objects.requireNonNullElse(uri.getRawPath(), "");
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        try {
            return new URI(uri.getScheme() + "://" + uri.getHost() + port + path + query);
        } catch (URISyntaxException malformed) {
            throw SourceException.never(ModelSource.shown(uri.toString()) + " is no URL");
        }
    }

    private static int status(HttpURLConnection connection, URI uri) throws IOException {
        try {
            return connection.getResponseCode();
        } catch (SourceException refused) {
            throw refused;
        } catch (IOException broken) {
            connection.disconnect();
            if (broken.getCause() instanceof SourceException refused) {
                throw refused;
            }
            throw SourceException.soon(
                    ModelSource.shown(uri.toString()) + " cannot be reached: " + masked(broken, uri), broken);
        }
    }

    /** What the JDK says, which may repeat the address. */
    private static String masked(IOException broken, URI uri) {
        String said = String.valueOf(broken.getMessage());
        return uri.getRawQuery() == null ? said : said.replace(uri.getRawQuery(), "***");
    }

    private static @Nullable URI redirect(HttpURLConnection connection, URI from, int status) throws IOException {
        switch (status) {
            case 301, 302, 303, 307, 308 -> {}
            default -> {
                return null;
            }
        }
        @Nullable String location = connection.getHeaderField("Location");
        URI next;
        try {
            next = withoutSecret(from.resolve(location == null ? "" : location));
        } catch (IllegalArgumentException malformed) {
            String where = "redirects to what is no URL";
            throw SourceException.ofRedirect(ModelSource.shown(from.toString()) + " " + where, "it " + where);
        }
        boolean isAsSafe = "https".equals(next.getScheme())
                || ("http".equals(next.getScheme()) && "http".equals(from.getScheme()));
        if (!isAsSafe) {
            throw SourceException.ofRedirect(
                    ModelSource.shown(from.toString()) + " redirects to " + ModelSource.shown(next.toString())
                            + ", which is not as safe",
                    "it redirects to " + InferenceException.shortened(next.getScheme() + "://" + next.getHost())
                            + ", which is not as safe");
        }
        return next;
    }

    private Opened opened(HttpURLConnection connection, URI uri, int status) throws IOException {
        if (status != HttpURLConnection.HTTP_OK && status != PARTIAL) {
            Duration after = retryAfter(connection.getHeaderField("Retry-After"));
            connection.disconnect();
            throw SourceException.ofStatus(ModelSource.shown(uri.toString()), status, "", after);
        }
        long from = 0;
        long total = connection.getContentLengthLong();
        boolean chunked = "chunked".equalsIgnoreCase(connection.getHeaderField("Transfer-Encoding"));
        if (status == PARTIAL) {
            Matcher range =
                    CONTENT_RANGE.matcher(Objects.requireNonNullElse(connection.getHeaderField("Content-Range"), ""));
            if (!range.matches()) {
                connection.disconnect();
                throw SourceException.soon(
                        ModelSource.shown(uri.toString()) + " answers with a range that is none", null);
            }
            from = Long.parseLong(range.group(1));
            total = Long.parseLong(range.group(2));
        }
        InputStream body = connection.getInputStream();
        return new Opened(new Ended(body, connection), from, total, validator(connection), chunked || total >= 0);
    }

    /** A weak one says that it means the same, not that it is the same bytes. */
    private static String validator(HttpURLConnection connection) {
        @Nullable String tag = connection.getHeaderField("ETag");
        if (tag != null && tag.startsWith("\"") && tag.length() < 1000) {
            return tag;
        }
        @Nullable String modified = connection.getHeaderField("Last-Modified");
        return tag != null || modified == null || modified.length() > 100 ? "" : modified;
    }

    private Duration retryAfter(@Nullable String said) {
        if (said == null) {
            return Duration.ZERO;
        }
        Duration after = Duration.ZERO;
        if (SECONDS.matcher(said).matches()) {
            after = Duration.ofSeconds(Long.parseLong(said));
        } else {
            try {
                Instant when = ZonedDateTime.parse(said, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                after = Duration.between(clock.instant(), when);
            } catch (DateTimeException neither) {
                return Duration.ZERO;
            }
        }
        return after.isNegative() ? Duration.ZERO : after.compareTo(LONGEST_AFTER) > 0 ? LONGEST_AFTER : after;
    }

    /**
     * Ends the connection with the stream: to read the rest of what nobody wants may take hours.
     *
     * @thread as its reader
     */
    private static final class Ended extends FilterInputStream {

        private final HttpURLConnection connection;

        Ended(InputStream body, HttpURLConnection connection) {
            super(body);
            this.connection = connection;
        }

        @Override
        public void close() {
            connection.disconnect();
        }
    }
}
