package dev.sluice.worker.source;

import dev.sluice.worker.contract.ModelSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Small files of web servers, for who needs their bytes at once and keeps none: by the rules of sources.
 *
 * @thread {@link #read} on any that may wait; the rest on any
 * @errors SourceException, whose message is for people and has no secrets
 */
public final class WebFiles {

    private static final int PIECE = 64 << 10;

    private final SourceRules rules;
    private final CheckedSockets sockets;
    private final Duration silence;
    private final InstantSource clock;

    /**
     * @param settings under which an operator says what is allowed
     * @param allowHttp whether plain text is good enough
     * @param allowPrivate whether private networks and this machine may be asked
     * @param silence how long a server may say nothing
     */
    public WebFiles(String settings, boolean allowHttp, boolean allowPrivate, Duration silence, InstantSource clock) {
        SourceRules.Allowed allowed = new SourceRules.Allowed(allowHttp, allowPrivate, List.of(), settings);
        this.rules = new SourceRules(allowed, InetAddress::getAllByName);
        this.sockets = CheckedSockets.believingWhatJavaDoes(rules);
        this.silence = silence;
        this.clock = clock;
    }

    /**
     * Who reads.
     *
     * @thread that of the reading
     */
    public interface Reader {

        /**
         * So many more bytes are there.
         *
         * @throws RuntimeException where that is too much, which ends the reading
         */
        void count(int bytes);

        /** Whether anybody still waits for the rest. */
        boolean waits();
    }

    /** What can be said against a URL without asking anybody; for people. */
    public Optional<String> objection(String url) {
        ModelSource source = new ModelSource(url, "");
        return switch (source.scheme()) {
            case "http", "https" -> rules.objection(source);
            default -> Optional.of("is no URL of https or http (got " + source.shown() + ")");
        };
    }

    /** The host that a URL without {@link #objection} names, in lower case. */
    public static String host(String url) {
        return URI.create(url).getHost().toLowerCase(Locale.ROOT);
    }

    /** All of it; null when nobody waits for it any more. */
    public byte @Nullable [] read(String url, Reader reader) throws SourceException {
        ModelSource source = new ModelSource(url, "");
        HttpRemote remote = new HttpRemote(source, rules, sockets, silence, clock);
        try (Remote.Opened opened = remote.open(0, "")) {
            return read(opened, source, reader);
        } catch (SourceException refused) {
            throw refused;
        } catch (IOException broken) {
            throw SourceException.soon(source.shown() + " stopped in the middle: " + broken.getMessage(), broken);
        }
    }

    private static byte @Nullable [] read(Remote.Opened opened, ModelSource source, Reader reader) throws IOException {
        InputStream body = opened.body();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] piece = new byte[PIECE];
        int count = body.read(piece);
        while (count >= 0) {
            if (!reader.waits()) {
                return null;
            }
            reader.count(count);
            whole.write(piece, 0, count);
            count = body.read(piece);
        }
        if (opened.total() >= 0 && opened.total() != whole.size()) {
            throw SourceException.soon(source.shown() + " stopped in the middle", null);
        }
        return whole.toByteArray();
    }
}
