package dev.sluice.gateway.security;

import dev.sluice.worker.settings.Setting;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Who is let in.
 *
 * @param apiKeysFile a line for each key, {@code NAME SHA256}, the hash in hexadecimal; none, because the default address
 *     is of use to this machine alone
 * @param openPaths for which no key is asked: paths of HTTP and methods of gRPC, or with a star at the end all that begin
 *     so; health, because balancers and orchestrators ask for it and it tells nothing else
 */
public record SecurityOptions(
        @Setting("none") Path apiKeysFile,
        @Setting("[/v2/health/*, /grpc.health.v1.Health/*]") List<String> openPaths) {

    private static final Path NO_FILE = Path.of("none");

    /** Empty when nobody is asked for a key. */
    Optional<Path> keysFile() {
        return apiKeysFile.equals(NO_FILE) ? Optional.empty() : Optional.of(apiKeysFile);
    }

    /** What is wrong with an item of {@code open_paths}, if anything is. */
    public static Optional<String> pathProblem(String path) {
        return OpenPaths.problem(path);
    }
}
