package dev.sluice.worker.source;

import dev.sluice.worker.settings.CacheFolder;
import dev.sluice.worker.settings.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Where models may come from that do not lie in the repository, and where they are kept.
 *
 * @param cache where they are kept: an absolute directory, or {@link CacheFolder#AUTO}
 * @param cacheSize what may lie there, as far as it is not in use; 32 GiB
 * @param maxDownload longest download; 16 GiB, more than any model that is served on one machine
 * @param maxUnpacked what an archive may unpack to; 32 GiB
 * @param maxEntries files and folders in an archive, or objects in a bucket, of one version; 10 000
 * @param downloads downloads at one time; 4, the others wait
 * @param idleTimeout a download has stalled that brings less than a KiB a second for so long; 30 s
 * @param retryFor how long a source that fails for the moment is tried again before the version has failed; 1 min, and
 *     later again from time to time
 * @param allowHttp whether plain text is good enough: anybody on the way can put another model in its place
 * @param allowPrivate whether a source may be in a private network, or on this machine
 * @param allowFiles directories that {@code file:} may read from
 * @param caFile certificates of authorities that are believed beside those of the Java runtime, as PEM; {@code none}
 * @param s3 how buckets are reached
 */
public record SourceOptions(
        @Setting(CacheFolder.AUTO) String cache,

        @Setting(value = "32GiB", min = "1KiB", max = "1048576GiB", bytes = true)
        long cacheSize,

        @Setting(value = "16GiB", min = "1KiB", max = "1048576GiB", bytes = true)
        long maxDownload,

        @Setting(value = "32GiB", min = "1KiB", max = "1048576GiB", bytes = true)
        long maxUnpacked,

        @Setting(value = "10000", min = "1", max = "1000000")
        int maxEntries,

        @Setting(value = "4", min = "1", max = "64") int downloads,
        @Setting(value = "30s", min = "100ms", max = "1h") Duration idleTimeout,
        @Setting(value = "1m", min = "0s", max = "24h") Duration retryFor,
        @Setting("false") boolean allowHttp,
        @Setting("false") boolean allowPrivate,
        @Setting("[]") List<Path> allowFiles,
        @Setting("none") Path caFile,
        S3Options s3) {

    static final Path NO_FILE = Path.of("none");
}
