package dev.sluice.gateway.security;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.settings.SettingsException;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask for what, where keys are asked for.
 *
 * @thread any; the keys that hold may change between two questions
 */
public final class AccessRules {

    private final KeyFile file;
    private final OpenPaths openPaths;

    private AccessRules(KeyFile file, OpenPaths openPaths) {
        this.file = file;
        this.openPaths = openPaths;
    }

    /**
     * Reads the file of keys; empty where none is configured. Not on an event loop.
     *
     * @throws SettingsException with all that is wrong with the file
     */
    public static Optional<AccessRules> read(SecurityOptions options) {
        return options.keysFile().map(path -> new AccessRules(KeyFile.read(path), new OpenPaths(options.openPaths())));
    }

    /** Takes up what has changed in the file. */
    void look() {
        file.look();
    }

    /** @param path of HTTP, without {@code ..} and the like, or of a method of gRPC */
    public boolean isOpen(String path) {
        return openPaths.contain(path);
    }

    /**
     * Whose key a request shows; to be asked again for what is opened with it.
     *
     * @param shown all that it shows for keys
     * @throws InferenceException Unauthenticated, which says nothing of them
     */
    public KeyHolder holder(Set<String> shown) {
        if (shown.isEmpty()) {
            throw refusal("this server asks for a key: send it as Authorization: Bearer KEY, or as X-API-Key: KEY");
        }
        if (shown.size() > 1) {
            throw refusal("the request shows different keys; send one");
        }
        KeyHash key = KeyHash.of(shown.iterator().next());
        @Nullable String name = file.keys().owner(key);
        if (name == null) {
            throw refusal("the key is unknown here");
        }
        return new KeyHolder(name, key, file);
    }

    private static InferenceException refusal(String why) {
        return new InferenceException(new InferenceError.Unauthenticated(why));
    }
}
