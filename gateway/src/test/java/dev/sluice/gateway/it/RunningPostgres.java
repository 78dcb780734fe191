package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A real PostgreSQL server with an empty database in a temporary directory, which asks for a password. */
final class RunningPostgres implements AutoCloseable {

    static final String PASSWORD = "only for tests";

    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    /** It refuses to run as root; this is the user that Debian's package makes for it. */
    private static final String UNPRIVILEGED = "postgres";

    private final Path folder;
    private final Path programs;
    private final int port;

    private RunningPostgres(Path folder, Path programs, int port) {
        this.folder = folder;
        this.programs = programs;
        this.port = port;
    }

    /** A test that calls this is skipped where there is no PostgreSQL. */
    static RunningPostgres start() throws IOException {
        Optional<Path> programs = programs();
        assumeTrue(programs.isPresent(), "PostgreSQL is not installed: its tests are skipped");
        // Not a directory of JUnit's: those are for their owner alone.
        RunningPostgres server = new RunningPostgres(
                Files.createTempDirectory("sluice-postgres"), programs.get(), RunningNginx.freePort());
        if (isRoot()) {
            UserPrincipal user = server.folder
                    .getFileSystem()
                    .getUserPrincipalLookupService()
                    .lookupPrincipalByName(UNPRIVILEGED);
            Files.setOwner(server.folder, user);
        }
        Path password = Files.writeString(server.folder.resolve("password"), PASSWORD);
        assertTrue(password.toFile().setReadable(true, false));
        server.run("initdb", "--username=sluice", "--auth=scram-sha-256", "--pwfile=" + password, "--no-sync");
        server.begin();
        return server;
    }

    private static Optional<Path> programs() throws IOException {
        if (!Files.isDirectory(DEBIAN)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder());
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    /** Starts it, again if it was ended; it is ready when this returns. */
    void begin() {
        run("pg_ctl", "--wait", "--log=" + folder.resolve("log"), "-o", options(), "start");
    }

    private String options() {
        return "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -p " + port;
    }

    /** Ends it without asking its clients. */
    void end() {
        run("pg_ctl", "--wait", "--mode=immediate", "stop");
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
    }

    Path passwordFile() {
        return folder.resolve("password");
    }

    private void run(String program, String... arguments) {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid=" + UNPRIVILEGED, "--regid=" + UNPRIVILEGED, "--clear-groups"));
        }
        command.add(programs.resolve(program).toString());
        command.addAll(List.of("--pgdata=" + folder.resolve("data")));
        command.addAll(List.of(arguments));
        Path output = folder.resolve(program + ".out");
        try {
            Process process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            int status = Waiting.await(process.onExit()).exitValue();
            assertEquals(0, status, () -> program + ": " + text(output) + text(folder.resolve("log")));
        } catch (IOException broken) {
            throw new AssertionError(command + ": " + broken, broken);
        }
    }

    private static String text(Path file) {
        try {
            return Files.exists(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
        } catch (IOException unreadable) {
            return unreadable.toString();
        }
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(folder.resolve("data/postmaster.pid"))) {
            end();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
