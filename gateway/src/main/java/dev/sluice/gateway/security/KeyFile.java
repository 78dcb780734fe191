package dev.sluice.gateway.security;

import dev.sluice.worker.settings.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of keys, and the keys that hold: those it has, or where it is broken now, those it had.
 *
 * <p>Its content is looked at rather than its time, which a mounted secret does not always change. A change is taken up
 * when it is the same at two looks in a row, for a file that is being written may look whole and have half of its keys.
 *
 * @thread read and looked at on control threads, one at a time; the keys are asked for on any
 * @bound {@value #MOST_BYTES} bytes
 * @errors when it is first read, SettingsException with all mistakes; later they are logged, once for each change
 */
final class KeyFile {

    /** Ten thousand keys; more belong to a service that knows about users. */
    static final int MOST_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);

    private final Path path;
    private volatile KeyList keys;
    private Content known;
    private Content seen;

    private KeyFile(Path path, KeyList keys, Content known) {
        this.path = path;
        this.keys = keys;
        this.known = known;
        this.seen = known;
    }

    /** @throws SettingsException with all that is wrong */
    static KeyFile read(Path path) {
        Content content = content(path);
        return new KeyFile(path, content.keys(path), content);
    }

    KeyList keys() {
        return keys;
    }

    /** Takes up what has changed. */
    void look() {
        Content now = content(path);
        if (now.equals(known) || !now.equals(seen)) {
            seen = now;
            return;
        }
        known = now;
        try {
            keys = now.keys(path);
            LOG.info(
                    "{} has changed: {} keys hold from now on",
                    path,
                    keys.owners().size());
        } catch (SettingsException broken) {
            LOG.error("{} has changed and is broken, so the keys it had still hold:\n{}", path, broken.getMessage());
        }
    }

    private static Content content(Path path) {
        try (InputStream file = Files.newInputStream(path)) {
            byte[] bytes = file.readNBytes(MOST_BYTES + 1);
            String text = new String(bytes, StandardCharsets.UTF_8);
            return new Content(text, bytes.length > MOST_BYTES ? "has more than 1 MiB" : "");
        } catch (IOException failure) {
            return new Content("", "cannot be read: " + failure);
        }
    }

    /**
     * What a look found.
     *
     * @param problem why there are no keys in it; empty when there may be
     */
    private record Content(String text, String problem) {

        KeyList keys(Path path) {
            if (!problem.isEmpty()) {
                throw new SettingsException(List.of(path + ": " + problem));
            }
            return KeyList.parse(path, text);
        }
    }
}
