package dev.sluice.gateway.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the database, made again when it has been lost.
 *
 * @thread the registry's
 * @errors IOException when there is no connection, or the database refuses; then nothing has been changed, unless the
 *     connection was lost at the very end
 */
final class Database implements AutoCloseable {

    private static final int ANSWERS_WITHIN_SECONDS = 2;

    /** Of H2: somebody has the file open, or it is none of H2's, or of another version of it. */
    private static final int IN_USE = 90020;

    private static final int NOT_ITS_FILE = 90030;
    private static final int OTHER_VERSION = 90048;

    /** In seconds: by itself the driver would wait for a server that is gone for ever. */
    private static final Map<String, String> OF_SERVER =
            Map.of("connectTimeout", "5", "socketTimeout", "10", "tcpKeepAlive", "true", "ApplicationName", "sluice");

    /**
     * Nothing in the file is written over or moved, so that after a SIGKILL the newest state is the last one in it.
     * Without that a killed server was seen to come back with an older state, on a loaded machine, and nobody could
     * make it do so again: a precaution. It costs some 17 KB for each command, measured, until the next start.
     */
    private static final String APPENDED = ";REUSE_SPACE=FALSE;AUTO_COMPACT_FILL_RATE=0";

    private final Place place;
    private final Opening opening;
    private @Nullable Connection open;
    private @Nullable OpenedFile file;
    private boolean ended;

    Database(Place place) {
        this(place, DriverManager::getConnection);
    }

    Database(Place place, Opening opening) {
        this.place = place;
        this.opening = opening;
    }

    /**
     * How a connection is made.
     *
     * @thread the registry's
     */
    @FunctionalInterface
    interface Opening {

        Connection to(String url, Properties properties) throws SQLException;
    }

    /**
     * What is done in one transaction.
     *
     * @thread the registry's
     */
    @FunctionalInterface
    interface Work<T> {

        T on(Connection connection) throws SQLException;
    }

    /**
     * What is changed in one transaction.
     *
     * @thread the registry's
     */
    @FunctionalInterface
    interface Change {

        void on(Connection connection) throws SQLException;
    }

    <T> T run(Work<T> work) throws IOException {
        Connection connection = connection();
        try {
            T result = work.on(connection);
            connection.commit();
            return result;
        } catch (SQLException failed) {
            rollBack(connection);
            throw new IOException("the registry " + name() + " failed: " + withoutUrl(failed), failed);
        } catch (RuntimeException defect) { // what it has begun must not be committed by the next
            rollBack(connection);
            throw defect;
        }
    }

    /** The same, and returns when it is on disk. */
    void write(Change change) throws IOException {
        run(connection -> {
            change.on(connection);
            return true;
        });
        if (place instanceof Place.File) { // is written at its leisure unless told; a server does it at each commit
            run(connection -> {
                try (Statement statement = connection.createStatement()) {
                    return statement.execute("checkpoint sync");
                }
            });
        }
    }

    private Connection connection() throws IOException {
        if (ended) {
            throw new IOException("the registry " + name() + " is closed, for the server ends");
        }
        Optional<String> lost = lost();
        if (lost.isPresent()) { // what is written there now nobody would read; a new file says other things
            throw new IOException(lost.get());
        }
        try {
            if (open != null && open.isValid(ANSWERS_WITHIN_SECONDS)) {
                return open;
            }
            disconnect();
            Connection fresh = connect();
            open = fresh;
            return fresh;
        } catch (SQLException failed) {
            throw new IOException("the registry " + name() + " cannot be opened: " + reason(failed), failed);
        } catch (IOException failed) {
            throw new IOException("the registry " + name() + " cannot be opened: " + withoutUrl(failed), failed);
        }
    }

    /** That the file is gone, or is another one than was opened, for people; nothing while all is well. */
    Optional<String> lost() {
        return file == null || file.isThere()
                ? Optional.empty()
                : Optional.of("the registry " + name() + " has been deleted or replaced while the server had it open:"
                        + " nothing can be changed until that very file is back in its place, or the server is"
                        + " started anew");
    }

    private Connection connect() throws IOException, SQLException {
        if (place instanceof Place.File itsFile) {
            Compaction.of(itsFile);
        }
        boolean mayBeEmpty = mayBeEmpty();
        String url = url();
        OpenedFile asked = place instanceof Place.File itsFile ? OpenedFile.of(itsFile.file()) : null;
        Credentials credentials = place instanceof Place.Server server
                ? Credentials.read(server.user(), server.passwordFile())
                : Credentials.OF_FILE;
        Map<String, String> told = place instanceof Place.Server ? OF_SERVER : Map.of();
        Connection fresh = opening.to(url, properties(credentials, told));
        try {
            if (asked != null
                    && !asked.isThere()) { // what is open here has no name any more, and ends with this process
                throw new IOException("another server has just put another file in its place");
            }
            fresh.setAutoCommit(false);
            Schema.update(fresh, url, credentials, told, mayBeEmpty);
            file = asked;
            return fresh;
        } catch (IOException | SQLException | RuntimeException failed) {
            fresh.close();
            throw failed;
        }
    }

    /** A file that somebody has written and that has nothing in it is part of one; the database takes it for new. */
    private boolean mayBeEmpty() throws IOException {
        return !(place instanceof Place.File file) || !Files.exists(file.file()) || Files.size(file.file()) == 0;
    }

    private String url() throws IOException {
        return switch (place) {
            case Place.File file -> {
                makeForOwner(file);
                yield "jdbc:h2:file:" + file.directory().resolve(file.name())
                        + ";DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0" + APPENDED;
            }
            case Place.Server server -> server.url();
            case Place.Nowhere nowhere -> throw new IllegalStateException("there is no database");
        };
    }

    /** Who the operators are, and where they sit, is not for everybody to read. */
    private static void makeForOwner(Place.File place) throws IOException {
        try {
            if (!Files.isDirectory(place.directory())) {
                Files.createDirectories(place.directory(), only("rwx------", place.directory()));
            }
            if (!Files.exists(place.file())) { // the database takes an empty file for a new one
                Files.createFile(place.file(), only("rw-------", place.directory()));
            }
        } catch (IOException cannotBe) {
            if (Files.exists(place.file())) {
                return; // another server has just made it; whether it has it open, the database finds out
            }
            throw new IOException(
                    "it cannot be made; registry.directory can name another place, and registry.url none (" + cannotBe
                            + ")",
                    cannotBe);
        }
    }

    static FileAttribute<?>[] only(String permissions, Path place) {
        return place.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** What stands in the address is stronger. */
    private static Properties properties(Credentials credentials, Map<String, String> told) {
        Properties properties = new Properties();
        properties.putAll(told);
        properties.setProperty("user", credentials.user());
        properties.setProperty("password", credentials.password());
        return properties;
    }

    private String reason(SQLException failed) {
        return switch (failed.getErrorCode()) {
            case IN_USE -> "another server has it open; give each its own registry.directory";
            case NOT_ITS_FILE, OTHER_VERSION ->
                "the file is damaged or was written by something else; move it away to begin anew ("
                        + withoutUrl(failed) + ")";
            default -> withoutUrl(failed);
        };
    }

    /** Its parameters may have a password among them. */
    private String withoutUrl(Exception failed) {
        String message = failed.getMessage() == null ? failed.toString() : failed.getMessage();
        return place instanceof Place.Server server ? message.replace(server.url(), name()) : message;
    }

    /** For people. */
    private String name() {
        return switch (place) {
            case Place.File file -> file.file().toString();
            case Place.Server server -> server.url().replaceFirst("\\?.*", "");
            case Place.Nowhere nowhere -> "";
        };
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException lost) {
            // the next use finds that out
        }
    }

    /** For good. */
    @Override
    public void close() {
        ended = true;
        disconnect();
    }

    private void disconnect() {
        if (open != null) {
            try {
                open.close();
            } catch (SQLException lost) {
                // as good as closed
            }
            open = null;
        }
    }
}
