package dev.sluice.worker;

import dev.sluice.worker.engine.OptimizedFiles;
import dev.sluice.worker.settings.CacheFolder;
import dev.sluice.worker.settings.Setting;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the engine has made of models before, so that it need not do that again.
 *
 * @param cache where it is kept: an absolute directory, {@link CacheFolder#AUTO} or {@link CacheFolder#NONE}; on, because
 *     models open in three to nine tenths of the time
 * @param cacheSize what may lie there; 8 GiB
 */
public record OptimizedModelOptions(
        @Setting(CacheFolder.AUTO) String cache,

        @Setting(value = "8GiB", min = "1KiB", max = "1048576GiB", bytes = true)
        long cacheSize) {

    private static final Logger LOG = LoggerFactory.getLogger(OptimizedModelOptions.class);

    /** The place for it, if there is to be one. */
    Optional<OptimizedFiles> files() {
        Optional<OptimizedFiles> files =
                CacheFolder.of(cache, "optimized").map(folder -> new OptimizedFiles(folder, cacheSize));
        if (files.isEmpty() && !cache.equals(CacheFolder.NONE)) {
            LOG.warn("worker.optimized_models.cache names no directory, and nothing is kept: {}", cache);
        }
        return files;
    }
}
