package dev.sluice.gateway.registry;

import dev.sluice.worker.settings.Setting;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where it is kept what operators want of models, and what they have changed.
 *
 * @param url {@link #FILE}, {@link #NONE} or the address of a PostgreSQL database; a file, because a pin that ends with the
 *     server is a trap, and a file asks nothing of anybody
 * @param directory where the file lies: an absolute path, or {@link #USER_STATE} for a file of its own below the user's
 *     state directory for each repository and port, so that two servers on one machine have their own
 * @param user of PostgreSQL
 * @param passwordFile what it is let in with; a file, so that it stands in no list of processes
 */
public record RegistryOptions(
        @Setting(FILE) String url,
        @Setting(USER_STATE) String directory,
        @Setting("sluice") String user,
        @Setting("none") Path passwordFile) {

    static final String FILE = "file";

    /** What operators say ends with the server. */
    static final String NONE = "none";

    static final String USER_STATE = "auto";

    private static final Path NO_FILE = Path.of("none");

    Optional<Path> password() {
        return passwordFile.equals(NO_FILE) ? Optional.empty() : Optional.of(passwordFile);
    }
}
