package dev.sluice.worker.source;

import dev.sluice.worker.contract.ModelSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Which sources may be asked: by default none that speaks plain text, and none in a private network.
 *
 * @thread any
 */
final class SourceRules {

    /**
     * Finds the addresses of a host.
     *
     * @thread any; waits
     */
    @FunctionalInterface
    interface Names {
        InetAddress[] of(String host) throws IOException;
    }

    private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

    /** What is looked up nowhere. */
    private static final Pattern LITERAL = Pattern.compile("\\[.*]|" + BYTE + "(?:\\." + BYTE + "){3}");

    /** What one system takes for an address, and another looks up. */
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");

    private final Allowed allowed;
    private final Names names;

    /**
     * What may be asked beside public servers that speak TLS.
     *
     * @param plainText whether {@code http} is good enough
     * @param privately whether private networks and this machine are
     * @param files directories that {@code file:} may read from
     * @param hosts whether the host of a URL of {@code http} or {@code https} may be asked at all
     * @param settings under which an operator says so
     */
    record Allowed(boolean plainText, boolean privately, List<Path> files, Predicate<URI> hosts, String settings) {

        static Allowed by(SourceOptions options) {
            return new Allowed(
                    options.allowHttp(), options.allowPrivate(), options.allowFiles(), any -> true, "worker.sources");
        }
    }

    SourceRules(Allowed allowed, Names names) {
        this.allowed = allowed;
        this.names = names;
    }

    /** What can be said against a source without asking anybody; for people. */
    Optional<String> objection(ModelSource source) {
        if (source.fault().isPresent()) {
            return source.fault();
        }
        return switch (source.scheme()) {
            case "http" ->
                allowed.plainText
                        ? objectionToHost(source)
                        : Optional.of(source.shown() + " is plain text, in which anybody on the way can put something"
                                + " else in its place (" + allowed.settings + ".allow_http)");
            case "file" ->
                isAllowed(path(source))
                        ? Optional.empty()
                        : Optional.of(source.shown() + " lies in none of the directories of " + allowed.settings
                                + ".allow_files");
            case "https" -> objectionToHost(source);
            default -> Optional.empty();
        };
    }

    private Optional<String> objectionToHost(ModelSource source) {
        URI uri = URI.create(source.url());
        return objectionToLiteral(source)
                .or(() -> allowed.hosts.test(uri)
                        ? Optional.empty()
                        : Optional.of("the host " + uri.getHost() + " is not named in " + allowed.settings + ".hosts"));
    }

    /** An address that stands in the URL itself, for which nobody need be asked. */
    private Optional<String> objectionToLiteral(ModelSource source) {
        String host = String.valueOf(URI.create(source.url()).getHost());
        if (!LITERAL.matcher(host).matches()) {
            return NUMBERS.matcher(host).matches() ? Optional.of(host + " is no address") : Optional.empty();
        }
        try {
            return objection(host, InetAddress.getByName(host));
        } catch (IOException noAddress) {
            return Optional.of(host + " is no address");
        }
    }

    private Optional<String> objection(String host, InetAddress address) {
        return PublicAddresses.objection(address, allowed.privately)
                .map(objection -> "the host " + host + " is " + address.getHostAddress() + ", which is " + objection
                        + (PublicAddresses.objection(address, true).isEmpty()
                                ? " (" + allowed.settings + ".allow_private)"
                                : ""));
    }

    void check(ModelSource source) throws SourceException {
        Optional<String> objection = objection(source);
        if (objection.isPresent()) {
            throw SourceException.never(objection.get());
        }
    }

    /** Every address that the name has now must be one that may be asked, for any of them may be taken. */
    void checkHost(URI uri) throws SourceException {
        InetAddress[] addresses;
        try {
            addresses = names.of(uri.getHost());
        } catch (IOException unknown) {
            throw SourceException.soon("the host " + uri.getHost() + " is not found", unknown);
        }
        for (InetAddress address : addresses) {
            checkAddress(uri.getHost(), address);
        }
    }

    void checkAddress(String host, InetAddress address) throws SourceException {
        Optional<String> objection = objection(host, address);
        if (objection.isPresent()) {
            throw SourceException.never(objection.get());
        }
    }

    /** The file itself, whatever links lead to it. */
    Path checkFile(ModelSource source) throws SourceException {
        check(source);
        Path file = real(path(source));
        if (!Files.exists(file)) {
            throw new SourceException(SourceException.Again.LATER, "there is no file " + source.shown());
        }
        if (!isAllowed(file) || !Files.isRegularFile(file)) {
            throw SourceException.never(
                    source.shown() + " is no file in the directories of " + allowed.settings + ".allow_files");
        }
        return file;
    }

    private static Path path(ModelSource source) {
        return Path.of(URI.create(source.url()).getPath());
    }

    private boolean isAllowed(Path file) {
        return allowed.files.stream().anyMatch(folder -> real(file).startsWith(real(folder)));
    }

    /** Where links lead. */
    private static Path real(Path file) {
        try {
            return file.toRealPath();
        } catch (IOException missing) {
            return file.toAbsolutePath().normalize();
        }
    }
}
