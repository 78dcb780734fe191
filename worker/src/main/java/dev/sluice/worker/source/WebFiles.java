package dev.sluice.worker.source;

import dev.sluice.worker.contract.ModelSource;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Small files of web servers, for who needs their bytes at once and keeps none: by the rules of sources.
 *
 * @thread {@link #read} on any that may wait; the rest on any
 * @errors SourceException, whose message is for people and has no secrets
 */
public final class WebFiles {

    private static final int PIECE = 64 << 10;

    /** As long as an array may be. */
    private static final int MOST_IN_ONE = Integer.MAX_VALUE - 8;

    private final SourceRules rules;
    private final CheckedSockets sockets;
    private final Duration silence;
    private final InstantSource clock;
    private final boolean lengthNeeded;

    /**
     * Whose files may be read.
     *
     * @param settings under which an operator says so
     * @param allowHttp whether plain text is good enough
     * @param allowPrivate whether private networks and this machine may be asked
     * @param hosts whether the host of that URL may be asked at all, which is held against redirects too
     * @param lengthNeeded whether files must say how long they are: in chunks they may come byte by byte for hours
     *     without anybody being asked
     */
    public record Allowed(
            String settings, boolean allowHttp, boolean allowPrivate, Predicate<URI> hosts, boolean lengthNeeded) {}

    /** @param silence how long a server may say nothing */
    public WebFiles(Allowed whose, Duration silence, InstantSource clock) {
        SourceRules.Allowed allowed =
                new SourceRules.Allowed(whose.allowHttp, whose.allowPrivate, List.of(), whose.hosts, whose.settings);
        this.rules = new SourceRules(allowed, InetAddress::getAllByName);
        this.sockets = CheckedSockets.believingWhatJavaDoes(rules);
        this.silence = silence;
        this.clock = clock;
        this.lengthNeeded = whose.lengthNeeded;
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

    /**
     * All of it; null when nobody waits for it any more.
     *
     * @param hangUps is given what ends the connection while its server has not answered yet, from any thread; where
     *     the reader waits for bytes, it is asked between them and need not be hung up on
     */
    public byte @Nullable [] read(String url, Reader reader, Consumer<Runnable> hangUps) throws SourceException {
        ModelSource source = new ModelSource(url, "");
        HttpRemote remote = new HttpRemote(source, rules, sockets, silence, clock);
        try (Remote.Opened opened = remote.open(0, "", connection -> hangUps.accept(connection::disconnect))) {
            hangUps.accept(() -> {});
            if (lengthNeeded && opened.total() < 0) {
                throw SourceException.never(source.shown() + " does not say how long it is");
            }
            return read(opened, source, reader);
        } catch (SourceException refused) {
            throw refused;
        } catch (IOException broken) {
            throw SourceException.soon(source.shown() + " stopped in the middle: " + broken.getMessage(), broken);
        }
    }

    private static byte @Nullable [] read(Remote.Opened opened, ModelSource source, Reader reader) throws IOException {
        long total = opened.total();
        if (total > MOST_IN_ONE) {
            reader.count(MOST_IN_ONE);
            throw SourceException.never(source.shown() + " is longer than can be held");
        }
        byte @Nullable [] whole = total < 0 ? pieces(opened.body(), reader) : whole(opened.body(), (int) total, reader);
        if (whole != null && total >= 0 && total != whole.length) {
            throw SourceException.soon(source.shown() + " stopped in the middle", null);
        }
        return whole;
    }

    /** Of a known length, all of which is counted before any of it comes. */
    private static byte @Nullable [] whole(InputStream body, int length, Reader reader) throws IOException {
        reader.count(length);
        byte[] whole = new byte[length];
        int filled = 0;
        int count = 0;
        while (count >= 0 && filled < length) {
            count = body.read(whole, filled, length - filled);
            if (!reader.waits()) {
                return null;
            }
            filled += Math.max(count, 0);
        }
        return filled == length ? whole : Arrays.copyOf(whole, filled);
    }

    /** Of an unknown length, counted as it comes. */
    private static byte @Nullable [] pieces(InputStream body, Reader reader) throws IOException {
        List<byte[]> full = new ArrayList<>();
        byte[] last = new byte[PIECE];
        int filled = 0;
        int count = body.read(last);
        while (count >= 0) {
            if (!reader.waits()) {
                return null;
            }
            reader.count(count);
            filled += count;
            if (filled == PIECE) {
                full.add(last);
                last = new byte[PIECE];
                filled = 0;
            }
            count = body.read(last, filled, PIECE - filled);
        }
        byte[] whole = new byte[Math.addExact(Math.multiplyExact(full.size(), PIECE), filled)];
        for (int piece = 0; piece < full.size(); piece++) {
            System.arraycopy(full.get(piece), 0, whole, piece * PIECE, PIECE);
        }
        System.arraycopy(last, 0, whole, full.size() * PIECE, filled);
        return whole;
    }
}
