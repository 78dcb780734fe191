package dev.sluice.gateway.security;

import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which key is whose: what a file of keys says. A name may have several keys, so that one can be replaced by another
 * without a moment in which neither is good.
 *
 * @thread immutable
 */
record KeyList(Map<KeyHash, String> owners) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
    /** What a shell makes of a variable that is not set, and an empty header would be the key. */
    private static final KeyHash NOTHING = KeyHash.of("");

    private static final Pattern BLANKS = Pattern.compile("[ \t]+");

    KeyList {
        owners = Map.copyOf(owners);
    }

    /** Null where that is nobody's key. */
    @Nullable
    String owner(KeyHash key) {
        return owners.get(key);
    }

    /**
     * Reads lines of {@code NAME SHA256}; a line may be empty, or a comment behind {@code #}.
     *
     * @param file for messages
     * @throws SettingsException with all that is wrong; it never says what stands where a hash should, for that may be a
     *     key
     */
    static KeyList parse(Path file, String text) {
        Map<KeyHash, String> owners = new HashMap<>();
        List<String> problems = new ArrayList<>();
        List<String> lines = text.lines().map(String::strip).toList();
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).isEmpty() && !lines.get(i).startsWith("#")) {
                String place = file + ":" + (i + 1) + ": ";
                take(BLANKS.split(lines.get(i)), owners).ifPresent(problem -> problems.add(place + problem));
            }
        }
        if (owners.isEmpty() && problems.isEmpty()) {
            problems.add(file + ": names no key, so nobody could be let in");
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return new KeyList(owners);
    }

    /** Takes a line in, or says what is wrong with it. */
    private static Optional<String> take(String[] words, Map<KeyHash, String> owners) {
        if (words.length != 2) {
            return Optional.of("expected two words, NAME and SHA256, got " + words.length);
        }
        if (!NAME.matcher(words[0]).matches()) {
            return Optional.of(
                    "is no name (expected at most 64 of A-Z a-z 0-9 . _ @ -, and none of the last four first)");
        }
        Optional<KeyHash> hash = KeyHash.parse(words[1]);
        if (hash.isEmpty()) {
            return Optional.of("the key of " + words[0] + " is no SHA-256 in hexadecimal (expected 64 digits)");
        }
        if (hash.get().equals(NOTHING)) {
            return Optional.of("the key of " + words[0] + " is empty: this is the hash of nothing");
        }
        @Nullable String other = owners.putIfAbsent(hash.get(), words[0]);
        return other == null ? Optional.empty() : Optional.of(words[0] + " has a key that " + other + " has already");
    }
}
