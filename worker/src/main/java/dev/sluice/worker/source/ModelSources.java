package dev.sluice.worker.source;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.digest.FileDigests;
import dev.sluice.worker.settings.CacheFolder;
import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Gets versions from where they are, and keeps them: by the digest of what came, so that versions and servers that want
 * the same have it once.
 *
 * @thread {@link #fetch} on any that may wait, several at once; the rest on any
 * @errors SourceException, whose message is for people and has no secrets
 * @owns the cache's folders as long as somebody has them open
 */
public final class ModelSources implements AutoCloseable {

    private final SourceOptions options;
    private final SourceRules rules;
    private final @Nullable Path directory;
    private final InstantSource clock;
    private final Ticker ticker;
    private final Buckets buckets;

    public ModelSources(SourceOptions options, InstantSource clock, Ticker ticker) {
        this(options, clock, ticker, InetAddress::getAllByName);
    }

    ModelSources(SourceOptions options, InstantSource clock, Ticker ticker, SourceRules.Names names) {
        this.options = options;
        this.rules = new SourceRules(SourceRules.Allowed.by(options), names);
        this.directory = CacheFolder.of(options.cache(), "models").orElse(null);
        this.clock = clock;
        this.ticker = ticker;
        this.buckets = new Buckets(options.s3(), options.idleTimeout());
    }

    /**
     * What is wrong with its settings, for people; nothing is made or fetched to find that out.
     *
     * @throws SettingsException with all of it
     */
    public void check() {
        List<String> faults = new ArrayList<>();
        CacheFolder.problemOfNeeded(options.cache())
                .ifPresent(problem -> faults.add("worker.sources.cache: " + problem));
        if (directory != null && Files.exists(directory) && !Files.isDirectory(directory)) {
            faults.add("worker.sources.cache: is no directory (got " + directory + ")");
        }
        options.allowFiles().stream()
                .filter(allowed -> !Files.isDirectory(allowed))
                .forEach(missing -> faults.add("worker.sources.allow_files: is no directory (got " + missing + ")"));
        if (!options.caFile().equals(SourceOptions.NO_FILE)) {
            try {
                CheckedSockets.of(rules, options.caFile());
            } catch (IOException useless) {
                faults.add(String.valueOf(useless.getMessage()));
            }
        }
        if (!faults.isEmpty()) {
            throw new SettingsException(faults);
        }
    }

    /** Where versions are kept; empty where the settings name no place. */
    public Optional<Path> directory() {
        return Optional.ofNullable(directory);
    }

    /** What lies there, in bytes. */
    public long bytes() throws SourceException {
        try {
            return directory == null ? 0 : new ModelCache(directory, options.cacheSize(), clock).bytes();
        } catch (IOException failure) {
            throw SourceException.soon("worker.sources.cache cannot be looked at: " + failure, failure);
        }
    }

    /** What can be said against a source without asking anybody; for people. */
    public Optional<String> objection(ModelSource source) {
        return rules.objection(source);
    }

    /**
     * With the digest of what lies there now, where that is a file of this machine and none is said: what its URL led to
     * when it was first read counts no more.
     */
    public ModelSource asItIsNow(ModelSource source, Transfer transfer) throws IOException {
        if (!source.scheme().equals("file") || !source.sha256().isEmpty()) {
            return source;
        }
        Path file = rules.checkFile(source);
        return Files.size(file) > options.maxDownload()
                ? source
                : new ModelSource(source.url(), FileDigests.read(file, transfer::goOn));
    }

    /**
     * The files of a version, which stay where they are until it is closed.
     *
     * @param source where they are from
     * @param modelFile the ONNX file, with what belongs to it beside it
     * @thread any
     */
    public record Fetched(ModelSource source, Path modelFile, Runnable release) implements AutoCloseable {

        @Override
        public void close() {
            release.run();
        }
    }

    /**
     * The same if they are there already, and nobody need be asked; no folder is made for that. What is in the way of it,
     * {@link #fetch} says.
     */
    public Optional<Fetched> there(ModelSource source) {
        if (directory == null || rules.objection(source).isPresent()) {
            return Optional.empty();
        }
        try {
            ModelCache cache = new ModelCache(directory, options.cacheSize(), clock);
            cache.refuseStrangers();
            return there(cache, expected(source, cache)).map(blob -> fetched(source, blob));
        } catch (IOException inTheWay) {
            return Optional.empty();
        }
    }

    /** What stands in the way of a file of this machine that has not been kept either; for people. */
    public Optional<String> missing(ModelSource source) {
        if (!source.scheme().equals("file")) {
            return Optional.empty();
        }
        Optional<Fetched> kept = there(source);
        kept.ifPresent(Fetched::close);
        if (kept.isPresent()) {
            return Optional.empty();
        }
        try {
            rules.checkFile(source);
            return Optional.empty();
        } catch (SourceException missing) {
            return Optional.of(String.valueOf(missing.getMessage()));
        }
    }

    private static Fetched fetched(ModelSource source, ModelCache.Blob blob) {
        return new Fetched(source, blob.folder().resolve(Delivery.MODEL_FILE), blob.hold()::close);
    }

    private ModelCache cache(Path place) throws IOException {
        ModelCache cache = new ModelCache(place, options.cacheSize(), clock);
        cache.make();
        return cache;
    }

    private static String expected(ModelSource source, ModelCache cache) throws IOException {
        return source.sha256().isEmpty() ? cache.known(source.url()).orElse("") : source.sha256();
    }

    private static Optional<ModelCache.Blob> there(ModelCache cache, String digest) throws IOException {
        return digest.isEmpty() ? Optional.empty() : cache.find(digest);
    }

    /** Returns when it is there; what had come when it fails is there for the next try. */
    public Fetched fetch(ModelSource source, Transfer transfer) throws SourceException {
        try {
            rules.check(source);
            return fetched(source, blob(source, transfer));
        } catch (SourceException refused) {
            throw refused;
        } catch (IOException failure) {
            throw new SourceException(
                    SourceException.Again.LATER,
                    "worker.sources.cache is of no use: " + failure,
                    Duration.ZERO,
                    failure);
        }
    }

    private ModelCache.Blob blob(ModelSource source, Transfer transfer) throws IOException {
        if (directory == null) {
            throw SourceException.never("worker.sources.cache is no absolute path: " + options.cache());
        }
        ModelCache cache = cache(directory);
        String expected = expected(source, cache);
        Optional<ModelCache.Blob> there = there(cache, expected);
        if (there.isPresent()) {
            return there.get();
        }
        try (ModelCache.Draft draft = cache.draft(source.url())) {
            Delivery.Delivered delivered = new Delivery(source, options, cache, transfer, ticker)
                    .run(remote(source), draft.folder(), expected);
            ModelCache.Blob blob = cache.put(delivered.digest(), delivered.folder());
            cache.note(source.url(), delivered.digest());
            Trees.delete(draft.folder());
            return blob;
        }
    }

    private Remote remote(ModelSource source) throws IOException {
        return switch (source.scheme()) {
            case "s3" -> new S3Remote(buckets.client(), source, options.maxEntries());
            case "file" -> new FileRemote(source, rules);
            default ->
                new HttpRemote(source, rules, CheckedSockets.of(rules, options.caFile()), options.idleTimeout(), clock);
        };
    }

    @Override
    public void close() {
        buckets.close();
    }
}
