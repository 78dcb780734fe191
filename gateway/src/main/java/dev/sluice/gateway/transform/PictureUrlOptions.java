package dev.sluice.gateway.transform;

import dev.sluice.worker.settings.Setting;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Whose pictures are fetched for clients who send their URLs.
 *
 * @param hosts by name; {@link #ANY} for all that the rest allows, and none of them for nobody's
 * @param allowHttp whether plain text is good enough
 * @param allowPrivate whether private networks and this machine may be asked
 * @param timeout a fetch has failed after so much silence; 5 s
 * @param maxFetches at one time, each with a thread that waits; 16, beyond which they are shed
 */
public record PictureUrlOptions(
        @Setting("[]") List<String> hosts,
        @Setting("false") boolean allowHttp,
        @Setting("false") boolean allowPrivate,
        @Setting(value = "5s", min = "100ms", max = "1m") Duration timeout,
        @Setting(value = "16", min = "1", max = "1000") int maxFetches) {

    static final String ANY = "*";

    /** What is wrong with an item of {@code hosts}, if anything is: one that no URL has for its host matches nothing. */
    public static Optional<String> hostProblem(String text) {
        return text.equals(ANY) || isHost(text)
                ? Optional.empty()
                : Optional.of("is no host (got " + text
                        + "; expected *, or a name or an address as it stands in a URL, without scheme, port and path,"
                        + " as in pictures.example.com)");
    }

    private static boolean isHost(String text) {
        try {
            return text.equals(URI.create("https://" + text + "/").getHost());
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
