package dev.sluice.worker;

import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.digest.FileDigests;
import dev.sluice.worker.settings.CacheFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
        Optional<Path> directory = CacheFolder.of(options.profileCache(), "profiles");
        if (directory.isEmpty() && !options.profileCache().equals(CacheFolder.NONE)) {
            LOG.warn("worker.profile_cache names no directory, and no profile is kept: {}", options.profileCache());
        }
        return new Profiles(options, "", directory.map(ProfileCache::new));
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
        List<String> digests = new ArrayList<>();
        for (Path file : files(modelFile)) {
            digests.add(FileDigests.of(file));
        }
        return String.join("+", digests);
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
