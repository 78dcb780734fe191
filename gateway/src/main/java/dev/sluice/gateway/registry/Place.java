package dev.sluice.gateway.registry;

import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where the database is.
 *
 * @thread immutable
 */
public sealed interface Place {

    /** No operators' words outlive the server. */
    record Nowhere() implements Place {}

    /**
     * A file that the database makes.
     *
     * @param directory absolute
     * @param name without the ending that the database gives it
     */
    record File(Path directory, String name) implements Place {

        static final String ENDING = ".mv.db";

        Path file() {
            return directory.resolve(name + ENDING);
        }

        /** Those of servers on the same port with other models; this one, perhaps, before a directory was added. */
        List<Path> ofOtherModels() {
            String ofPort = name.substring(0, name.lastIndexOf('-') + 1);
            if (ofPort.isEmpty() || !Files.isDirectory(directory)) {
                return List.of();
            }
            try (Stream<Path> files = Files.list(directory)) {
                return files.filter(file -> !file.equals(file()))
                        .filter(file -> file.getFileName().toString().startsWith(ofPort))
                        .filter(file -> file.getFileName().toString().endsWith(ENDING))
                        .sorted()
                        .toList();
            } catch (IOException | UncheckedIOException unreadable) {
                return List.of();
            }
        }
    }

    /** @param url with all that the driver is to know, but user and password */
    record Server(String url, String user, Optional<Path> passwordFile) implements Place {}

    /** What all addresses of PostgreSQL begin with. */
    String POSTGRESQL = "jdbc:postgresql:";

    /**
     * What the settings of this process say.
     *
     * @param models where the server has its models from
     * @param port that it is to listen on
     * @throws SettingsException for what says nothing
     */
    static Place of(RegistryOptions options, String models, int port) {
        return of(options, server(models, port), System.getenv(), System.getProperty("user.home", ""));
    }

    /**
     * What settings say.
     *
     * @param server tells this server from others of the same user; empty for one that is another at each start
     * @param home the user's
     * @throws SettingsException for what says nothing
     */
    static Place of(RegistryOptions options, String server, Map<String, String> environment, String home) {
        String url = options.url();
        if (url.equals(RegistryOptions.NONE)) {
            return new Nowhere();
        }
        if (url.startsWith(POSTGRESQL)) {
            return new Server(withoutUser(url), options.user(), options.password());
        }
        if (!url.equals(RegistryOptions.FILE)) {
            throw wrong("registry.url: is neither file, none nor begins with " + POSTGRESQL
                    + " (not repeated here, for it may hold a password)");
        }
        return options.directory().equals(RegistryOptions.USER_STATE)
                ? ofUser(server, environment, home)
                : new File(chosen(options.directory()), "registry");
    }

    /** The driver would take user and password for a part of the host, and say them in its log. */
    private static String withoutUser(String url) {
        if (url.replaceFirst("\\?.*", "").contains("@")) {
            throw wrong("registry.url: has a user in it (@), who is to be in registry.user, with the password in"
                    + " registry.password_file");
        }
        return url;
    }

    private static Path chosen(String text) {
        return absolute(text)
                .filter(path -> !hasSettings(path))
                .orElseThrow(() -> wrong("registry.directory: is neither " + RegistryOptions.USER_STATE
                        + " nor an absolute path without semicolon (got " + text + ")"));
    }

    private static Place ofUser(String server, Map<String, String> environment, String home) {
        Optional<Path> state = absolute(environment.getOrDefault("XDG_STATE_HOME", ""))
                .or(() -> absolute(home).map(user -> user.resolve(".local").resolve("state")));
        if (server.isEmpty() || state.isEmpty()) {
            return new Nowhere();
        }
        if (hasSettings(state.get())) {
            throw wrong(
                    "registry.directory: is to be chosen, for the user's state directory has a semicolon in it (got "
                            + state.get() + ")");
        }
        return new File(state.get().resolve("sluice"), "registry-" + server);
    }

    /** What follows a semicolon would be read as settings of the database. */
    private static boolean hasSettings(Path directory) {
        return directory.toString().indexOf(';') >= 0;
    }

    private static Optional<Path> absolute(String text) {
        try {
            return Optional.of(Path.of(text)).filter(Path::isAbsolute);
        } catch (InvalidPathException malformed) {
            return Optional.empty();
        }
    }

    /**
     * What tells a server from others of the same user: a server on any free port is another one each time, and what it was
     * told concerns no later one.
     *
     * @param models where it has its models from
     * @param port that it is to listen on; 0 for any
     */
    static String server(String models, int port) {
        return port > 0 ? port + "-" + shortHash(models) : "";
    }

    private static String shortHash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 6);
        } catch (NoSuchAlgorithmException cannotBe) {
            throw new IllegalStateException(cannotBe); // every JDK has it
        }
    }

    private static SettingsException wrong(String problem) {
        return new SettingsException(List.of(problem));
    }
}
