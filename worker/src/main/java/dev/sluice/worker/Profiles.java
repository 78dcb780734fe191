package dev.sluice.worker;

import dev.sluice.worker.batch.LatencyPoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how long a model's batches take before it takes requests: measured, or known from an earlier start.
 *
 * @thread the one that loads the models
 * @errors none of its own: without a place for profiles, models are measured at each start
 */
final class Profiles {

    private static final Logger LOG = LoggerFactory.getLogger(Profiles.class);
    private static final int PIECE_BYTES = 64 * 1024;

    private final WorkerOptions options;
    private final String engine;
    private final Optional<ProfileCache> cache;

    /** @param engine its name and version, with which its speed may change */
    Profiles(WorkerOptions options, String engine, Optional<ProfileCache> cache) {
        this.options = options;
        this.engine = engine;
        this.cache = cache;
    }

    /** With a cache where the options want it. */
    static Profiles of(WorkerOptions options) {
        Optional<Path> directory =
                directory(options.profileCache(), System.getenv(), System.getProperty("user.home", ""));
        return new Profiles(options, "", directory.map(ProfileCache::new));
    }

    /** Where profiles are kept, if anywhere. */
    static Optional<Path> directory(String setting, Map<String, String> environment, String home) {
        return switch (setting) {
            case WorkerOptions.NO_CACHE -> Optional.empty();
            case WorkerOptions.USER_CACHE ->
                absolute(environment.getOrDefault("XDG_CACHE_HOME", ""))
                        .or(() -> absolute(home).map(user -> user.resolve(".cache")))
                        .map(cache -> cache.resolve("sluice").resolve("profiles"));
            default -> {
                Optional<Path> chosen = absolute(setting);
                if (chosen.isEmpty()) {
                    LOG.warn("worker.profile_cache is no absolute path, and no profile is kept: {}", setting);
                }
                yield chosen;
            }
        };
    }

    private static Optional<Path> absolute(String text) {
        try {
            return Optional.of(Path.of(text)).filter(Path::isAbsolute);
        } catch (InvalidPathException malformed) {
            return Optional.empty();
        }
    }

    /** The same, of models that are run by that engine. */
    Profiles by(String engine) {
        return new Profiles(options, engine, cache);
    }

    /** The same, of models that run there. */
    Profiles on(String placement) {
        return new Profiles(options, engine + ", " + placement, cache);
    }

    /** The profile of a model, which is warm then, in the order of measuring; empty where nothing could be measured. */
    List<LatencyPoint> of(Path modelFile, int intraOpThreads, int maxBatchRows, WarmUp warmUp) {
        Duration budget = options.warmUpBudget();
        if (cache.isEmpty() || budget.isZero()) {
            return warmUp.run(maxBatchRows, budget).points();
        }
        try {
            ProfileKey key = new ProfileKey(
                    hash(modelFile),
                    engine,
                    intraOpThreads,
                    maxBatchRows,
                    warmUp.variesRows(),
                    options.batchMemory(),
                    budget,
                    Machine.name());
            return find(cache.get(), key, warmUp);
        } catch (IOException modelHasGone) {
            return warmUp.run(maxBatchRows, budget).points();
        }
    }

    /** What was cut short is of use now, but the next start may do better. */
    private static List<LatencyPoint> find(ProfileCache cache, ProfileKey key, WarmUp warmUp) {
        List<LatencyPoint> known = cache.read(key);
        if (!known.isEmpty() && warmUp.repeat(known, key.budget())) {
            return known;
        }
        WarmUp.Profile profile = warmUp.run(key.maxBatchRows(), key.budget());
        if (profile.complete()) {
            cache.write(key, profile.points());
        }
        return profile.points();
    }

    private static String hash(Path modelFile) throws IOException {
        MessageDigest digest = ProfileKey.sha256();
        byte[] piece = new byte[PIECE_BYTES];
        for (Path file : files(modelFile)) {
            try (InputStream content = Files.newInputStream(file)) {
                for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
                    digest.update(piece, 0, count);
                }
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** It alone, or what lies in it, for a model may be a folder. */
    private static List<Path> files(Path model) throws IOException {
        try (Stream<Path> below = Files.walk(model)) {
            return below.filter(Files::isRegularFile).sorted().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
