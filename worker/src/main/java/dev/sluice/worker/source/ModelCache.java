package dev.sluice.worker.source;

import dev.sluice.worker.digest.FileDigests;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of versions, by the digest of what they came from, on a disk that servers of one machine may share.
 *
 * <pre>
 * sha256/DIGEST/       a version's folder: there as a whole, or not at all
 * partial/DIGEST/      what is there of a download, by the digest of its URL
 * sources/DIGEST       by the digest of a URL, that of what it led to when it was first read
 * locks/DIGEST         who uses the folder of that name, or fetches from the URL
 * </pre>
 *
 * @thread any that may wait
 * @bound worker.sources.cache_size, downloads in part included; what is in use is not deleted for it
 */
final class ModelCache {

    private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final String GONE = "gone-";

    private final Path root;
    private final Path blobs;
    private final Path partial;
    private final Path sources;
    private final Path locksDirectory;
    private final FileLocks locks;
    private final long mostBytes;
    private final InstantSource clock;

    ModelCache(Path directory, long mostBytes, InstantSource clock) {
        this.root = directory;
        this.blobs = directory.resolve("sha256");
        this.partial = directory.resolve("partial");
        this.sources = directory.resolve("sources");
        this.locksDirectory = directory.resolve("locks");
        this.locks = new FileLocks(locksDirectory);
        this.mostBytes = mostBytes;
        this.clock = clock;
    }

    /** For this user only: weights may be a secret, and who can write here decides what is served. */
    void make() throws IOException {
        for (Path directory : List.of(blobs, partial, sources, locksDirectory)) {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        refuseStrangers();
    }

    /**
     * The same check of what has been made.
     *
     * @throws IOException where it has not been, too
     */
    void refuseStrangers() throws IOException {
        for (Path directory : List.of(blobs, partial, sources, locksDirectory, root)) {
            refuseStrangers(directory);
        }
    }

    private static void refuseStrangers(Path directory) throws IOException {
        Set<PosixFilePermission> rights = Files.getPosixFilePermissions(directory);
        if (rights.contains(PosixFilePermission.GROUP_WRITE) || rights.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new SourceException(
                    SourceException.Again.LATER,
                    "worker.sources.cache is not believed, for its group or others may write there; chmod -R go-w"
                            + " lets it be");
        }
    }

    /** The folder of a digest, in use until its hold is closed. */
    record Blob(Path folder, FileLocks.Hold hold) {}

    /**
     * What is there of that digest.
     *
     * @throws SourceException TAKEN while somebody takes it away
     */
    Optional<Blob> find(String digest) throws IOException {
        FileLocks.Hold hold = locks.share(digest).orElseThrow(ModelCache::taken);
        Path folder = blobs.resolve(digest);
        if (!Files.isDirectory(folder)) {
            hold.close();
            return Optional.empty();
        }
        Files.setLastModifiedTime(folder, FileTime.from(clock.instant())); // who was used last goes last
        return Optional.of(new Blob(folder, hold));
    }

    private static SourceException taken() {
        return new SourceException(SourceException.Again.TAKEN, "another version or server is at the same");
    }

    /** The place of a download of that URL, for one at a time. */
    Draft draft(String url) throws IOException {
        String name = FileDigests.of(url);
        FileLocks.Hold hold = locks.own(name).orElseThrow(ModelCache::taken);
        Path folder = partial.resolve(name);
        try {
            Files.createDirectories(folder);
        } catch (IOException full) {
            hold.close();
            throw full;
        }
        return new Draft(folder, hold);
    }

    /** What is there of a download; stays there for the next try unless it is deleted. */
    record Draft(Path folder, FileLocks.Hold hold) implements AutoCloseable {

        @Override
        public void close() {
            hold.close();
        }
    }

    /** Gives a folder, which nobody knows yet, its place. */
    Blob put(String digest, Path folder) throws IOException {
        FileLocks.Hold hold = locks.share(digest).orElseThrow(ModelCache::taken);
        try {
            Trees.force(folder);
            Path place = blobs.resolve(digest);
            try {
                Files.move(folder, place, StandardCopyOption.ATOMIC_MOVE);
            } catch (FileSystemException isThere) { // another source led to the same
                if (!Files.isDirectory(place)) {
                    throw isThere;
                }
            }
            Files.setLastModifiedTime(place, FileTime.from(clock.instant()));
            Trees.forceOnly(blobs);
            return new Blob(place, hold);
        } catch (IOException failure) {
            hold.close();
            throw failure;
        }
    }

    /** The digest of what that URL led to. */
    Optional<String> known(String url) throws IOException {
        try {
            String digest = Files.readString(sources.resolve(FileDigests.of(url)), StandardCharsets.US_ASCII)
                    .strip();
            return Optional.of(digest).filter(text -> DIGEST.matcher(text).matches());
        } catch (NoSuchFileException notYet) {
            return Optional.empty();
        }
    }

    void note(String url, String digest) throws IOException {
        Path draft = Files.createTempFile(sources, "draft", null);
        Files.writeString(draft, digest + "\n", StandardCharsets.US_ASCII);
        Files.move(draft, sources.resolve(FileDigests.of(url)), StandardCopyOption.ATOMIC_MOVE);
    }

    long bytes() throws IOException {
        return Trees.bytes(blobs) + Trees.bytes(partial);
    }

    /**
     * Deletes, of what nobody uses, what was used longest ago, until so many bytes more have room.
     *
     * @throws SourceException LATER where all that is left is in use
     */
    void makeRoom(long more) throws IOException {
        if (bytes() + more <= mostBytes) {
            return;
        }
        List<Path> oldestFirst = new ArrayList<>(Trees.in(partial));
        oldestFirst.addAll(byUse());
        for (Path folder : oldestFirst) {
            if (bytes() + more <= mostBytes) {
                return;
            }
            evict(folder);
        }
        long held = bytes();
        if (held + more > mostBytes) {
            throw new SourceException(
                    SourceException.Again.LATER,
                    "the cache has no room for " + more + " bytes more: of the " + mostBytes
                            + " of worker.sources.cache_size " + held + " are in use");
        }
    }

    private record Used(Path folder, FileTime last) {}

    private List<Path> byUse() throws IOException {
        List<Used> all = new ArrayList<>();
        for (Path folder : Trees.in(blobs)) {
            try {
                all.add(new Used(folder, Files.getLastModifiedTime(folder)));
            } catch (NoSuchFileException gone) {
                // another server deletes as well
            }
        }
        all.sort(Comparator.comparing(Used::last));
        return all.stream().map(Used::folder).toList();
    }

    /** Unless it is in use: first out of sight in one step, for half a folder must never be found. */
    private void evict(Path folder) throws IOException {
        String name = folder.getFileName().toString();
        Optional<FileLocks.Hold> alone = locks.own(name.startsWith(GONE) ? name.substring(GONE.length()) : name);
        if (alone.isEmpty()) {
            return;
        }
        try {
            Path away = partial.resolve(GONE + (name.startsWith(GONE) ? name.substring(GONE.length()) : name));
            if (!folder.equals(away)) {
                Trees.delete(away);
                Files.move(folder, away, StandardCopyOption.ATOMIC_MOVE);
            }
            Trees.delete(away);
            LOG.info("{} is deleted to make room in the cache", folder);
        } catch (NoSuchFileException gone) {
            LOG.debug("{} was deleted by another server", folder);
        } finally {
            alone.get().close();
        }
    }
}
