package dev.sluice.gateway.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a registry's file small again before it is opened, since nothing in it is written over while it is.
 *
 * <p>A copy is made small, beside the file and for its owner only. It takes the file's place in one step, when it is
 * whole and on disk; until then, whatever happens, the file is what it was.
 *
 * @thread the registry's
 * @bound a file of {@value #LARGE_BYTES} bytes is left alone
 * @errors none: what cannot be made small is used as it is, and the log says why
 */
final class Compaction {

    /** Some 250 commands: copied and made small in a second or less. */
    static final long LARGE_BYTES = 4 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Compaction.class);

    private static final String WORKSHOP = ".compacting";

    private final Path file;
    private final Path directory;
    private final String workshops;

    /** @param workshops how the name of each folder begins in which a copy is made */
    private Compaction(Path file, Path directory, String workshops) {
        this.file = file;
        this.directory = directory;
        this.workshops = workshops;
    }

    /** Returns when it is as small as it can be, or is not to be. */
    static void of(Place.File place) {
        Path file = place.file();
        try {
            if (Files.exists(file) && Files.size(file) > LARGE_BYTES) {
                new Compaction(file, place.directory(), place.name() + WORKSHOP).run();
            }
        } catch (IOException | SQLException | RuntimeException failed) {
            LOG.warn("the registry {} stays as large as it is: {}", file, failed.toString());
        }
    }

    private void run() throws IOException, SQLException {
        Object opened = identity();
        // The lock is the one that the database takes, so that nobody opens it meanwhile. The system takes it away as
        // soon as this process closes any other channel to the file, so all is read through this one.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            if (lock == null || !Objects.equals(opened, identity())) {
                return; // another server has it, or has just put another in its place
            }
            deleteLeft();
            Path workshop = Files.createTempDirectory(directory, workshops, Database.only("rwx------", directory));
            try {
                replace(channel, workshop.resolve(file.getFileName()));
            } finally {
                delete(workshop);
            }
        } catch (OverlappingFileLockException hasItOpen) {
            LOG.debug("this process has {} open", file);
        }
    }

    /** Which file it is that has the name now; null where the system does not say. */
    private @Nullable Object identity() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private void replace(FileChannel from, Path copy) throws IOException, SQLException {
        long before = from.size();
        try (FileChannel to = FileChannel.open(copy, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long copied = 0;
            while (copied < before) {
                copied += from.transferTo(copied, before - copied, to);
            }
        }
        String path = copy.toString();
        String url = "jdbc:h2:file:" + path.substring(0, path.length() - Place.File.ENDING.length())
                + ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0;IFEXISTS=TRUE";
        int version = version(url, "shutdown compact");
        if (version == 0 || version(url, "shutdown") != version) {
            throw new IOException("its copy does not have in it what the file has");
        }
        if (Files.getFileStore(copy).supportsFileAttributeView("posix")) { // the database has made it anew
            Files.setPosixFilePermissions(copy, Files.getPosixFilePermissions(file));
        }
        try (FileChannel written = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            written.force(true);
        }
        long after = Files.size(copy);
        Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE);
        forceDirectory();
        LOG.info("the registry {} had {} KiB and has {}", file, before >> 10, after >> 10);
    }

    /** The version of its tables, which it has if it can be read; and then it is closed in that way. */
    private static int version(String url, String end) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(url, Credentials.OF_FILE.user(), Credentials.OF_FILE.password());
                Statement statement = connection.createStatement()) {
            int version = Schema.version(connection);
            statement.execute(end);
            return version;
        }
    }

    /** So that the new name, too, outlives a loss of power. */
    private void forceDirectory() {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        } catch (IOException notWithThisSystem) {
            LOG.debug("the folder {} cannot be forced to disk: {}", directory, notWithThisSystem.toString());
        }
    }

    /** Of earlier tries, which were killed. Whoever has the lock is alone, so none is at work in them. */
    private void deleteLeft() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                if (entry.getFileName().toString().startsWith(workshops)) {
                    delete(entry);
                }
            }
        }
    }

    private static void delete(Path workshop) throws IOException {
        try (Stream<Path> below = Files.walk(workshop)) {
            List<Path> deepestFirst = below.sorted(Comparator.reverseOrder()).toList();
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
