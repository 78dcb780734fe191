package dev.sluice.worker.engine;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders of files that can be made again, by their keys, on a disk that servers of one machine may share.
 *
 * <pre>
 * KEY/            there as a whole, or not at all
 * draft-NUMBER/   one that is being written, or deleted
 * </pre>
 *
 * <p>Nobody holds a lock: who has opened files keeps them when they are deleted, and who is about to is told that they are
 * not there.
 *
 * @thread any that may wait
 * @bound so many bytes, drafts included; two that are written at the same moment may exceed it until the next
 */
public final class OptimizedFiles {

    private static final Logger LOG = LoggerFactory.getLogger(OptimizedFiles.class);
    private static final String DRAFT = "draft-";

    /** Who began a draft so long ago was killed. */
    private static final Duration LONGEST_DRAFT = Duration.ofHours(1);

    private static final Integer ROOT = 0;

    /** Belongs to whom the process runs as, who need not have a name. */
    private static final Path THIS_PROCESS = Path.of("/proc/self");

    private final Path root;
    private final long mostBytes;

    public OptimizedFiles(Path root, long mostBytes) {
        this.root = root;
        this.mostBytes = mostBytes;
    }

    /**
     * Makes the place if there is none.
     *
     * @throws IOException when there can be none, or others could change what lies there
     */
    void open() throws IOException {
        if (Files.notExists(root)) {
            Set<PosixFilePermission> rights = PosixFilePermissions.fromString("rwx------");
            Files.createDirectories(root, PosixFilePermissions.asFileAttribute(rights));
            Files.setPosixFilePermissions(root, rights); // whatever its file system gives by itself
        }
        refuseStrangers(root);
    }

    /** The folder of that key, which counts as used now. */
    Optional<Path> find(String key) throws IOException {
        Path folder = root.resolve(key);
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        refuseStrangers(root);
        refuseStrangers(folder);
        try {
            Files.setLastModifiedTime(folder, FileTime.from(Instant.now())); // who was used last goes last
        } catch (IOException readOnly) {
            LOG.debug("{} does not count as used: {}", folder, readOnly.toString());
        }
        return Optional.of(folder);
    }

    /** A folder to write files to. */
    Draft draft() throws IOException {
        open();
        return new Draft(Files.createTempDirectory(root, DRAFT));
    }

    /** Weights may be a secret, and who can write here, or say who can, decides what is served. */
    private static void refuseStrangers(Path folder) throws IOException {
        Object owner = Files.getAttribute(folder, "unix:uid");
        if (!owner.equals(ROOT) && !owner.equals(Files.getAttribute(THIS_PROCESS, "unix:uid"))) {
            throw new FileSystemException(folder.toString(), null, "it is another user's");
        }
        Set<PosixFilePermission> rights = Files.getPosixFilePermissions(folder);
        if (rights.contains(PosixFilePermission.GROUP_WRITE) || rights.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new FileSystemException(
                    folder.toString(), null, "its group or others may write there; chmod go-w lets it be");
        }
    }

    /**
     * Files that nobody else knows yet.
     *
     * @thread one at a time
     * @owns its folder until that is kept
     */
    final class Draft implements AutoCloseable {

        private final Path folder;

        private Draft(Path folder) {
            this.folder = folder;
        }

        Path folder() {
            return folder;
        }

        /** Gives the files that key, once they are on the disk; says whether they have room. */
        boolean keep(String key) throws IOException {
            if (bytes(folder) > mostBytes) {
                return false;
            }
            for (Path file : ModelFiles.below(folder).reversed()) {
                force(file);
            }
            makeRoom();
            try {
                Files.move(folder, root.resolve(key), StandardCopyOption.ATOMIC_MOVE);
                force(root);
            } catch (FileSystemException isThere) {
                if (!Files.isDirectory(root.resolve(key))) {
                    throw isThere;
                }
            }
            return true;
        }

        @Override
        public void close() {
            ModelFiles.delete(folder);
        }
    }

    private static void force(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Deletes what is there under that key. */
    void discard(String key) {
        try (Draft away = draft()) {
            Files.move(root.resolve(key), away.folder, StandardCopyOption.ATOMIC_MOVE); // never is half of one found
        } catch (NoSuchFileException gone) {
            LOG.debug("{} is gone", key);
        } catch (IOException readOnly) {
            LOG.warn("{} cannot be deleted: {}", root.resolve(key), readOnly.toString());
        }
    }

    /** @param drafted whether it is no more than a draft */
    private record Kept(Path folder, long bytes, Instant used, boolean drafted) {}

    private void makeRoom() throws IOException {
        List<Kept> all = all();
        long held = all.stream().mapToLong(Kept::bytes).sum();
        all.sort(Comparator.comparing(Kept::used));
        for (Kept kept : all) {
            if (kept.drafted) {
                if (kept.used.isBefore(Instant.now().minus(LONGEST_DRAFT))) {
                    ModelFiles.delete(kept.folder);
                    held -= kept.bytes;
                }
            } else if (held > mostBytes) {
                discard(kept.folder.getFileName().toString());
                LOG.info("{} is deleted to make room", kept.folder);
                held -= kept.bytes;
            }
        }
    }

    private List<Kept> all() throws IOException {
        List<Kept> all = new ArrayList<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root)) {
            for (Path folder : folders) {
                try {
                    boolean drafted = folder.getFileName().toString().startsWith(DRAFT);
                    Instant used = Files.getLastModifiedTime(folder).toInstant();
                    all.add(new Kept(folder, bytes(folder), used, drafted));
                } catch (NoSuchFileException gone) {
                    LOG.debug("{} was deleted by another server", folder);
                }
            }
        } catch (DirectoryIteratorException unreadable) {
            throw unreadable.getCause();
        }
        return all;
    }

    private static long bytes(Path folder) throws IOException {
        long bytes = 0;
        for (Path file : ModelFiles.below(folder)) {
            bytes += Files.isRegularFile(file) ? Files.size(file) : 0;
        }
        return bytes;
    }
}
