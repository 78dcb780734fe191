package dev.sluice.worker.tokenizer;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The library's native part, which comes in its jar and is unpacked once for each user: below {@code DJL_CACHE_DIR} or
 * {@code ~/.djl.ai}. Where the home cannot be written to, it is unpacked for each process, into a folder that no other user
 * can write to: what lies in the one of temporary files might be anybody's.
 *
 * @thread the one that initialises {@link Tokenizer}, once
 */
final class NativeLibrary {

    private NativeLibrary() {}

    /**
     * Beside a GPU it would fetch another build from the internet, which nothing here asks for. That DJL is to fetch nothing
     * is said to the whole process from its start on, and here where this is no server; the rest is taken back.
     */
    static TokenizersLibrary load() {
        System.getProperties().putIfAbsent("ai.djl.offline", "true");
        Map<String, String> said = new HashMap<>(Map.of("RUST_FLAVOR", "cpu"));
        @Nullable Path own = ownFolder();
        if (own != null) {
            said.put("ENGINE_CACHE_DIR", own.toString());
        }
        Map<String, @Nullable String> before = new HashMap<>();
        said.forEach((name, value) -> before.put(name, System.setProperty(name, value)));
        try {
            LibUtils.checkStatus();
        } finally {
            before.forEach(NativeLibrary::restore);
            if (own != null) {
                Utils.deleteQuietly(own); // of what is loaded the system keeps what it needs
            }
        }
        return TokenizersLibrary.LIB;
    }

    /** Null where the library has one that is ours. */
    private static @Nullable Path ownFolder() {
        boolean named = isSaid("ENGINE_CACHE_DIR") || isSaid("DJL_CACHE_DIR") || isSaid("RUST_LIBRARY_PATH");
        if (named || Files.isWritable(Path.of(System.getProperty("user.home", "")))) {
            return null;
        }
        try {
            return Files.createTempDirectory("sluice-tokenizers");
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
    }

    private static boolean isSaid(String name) {
        @Nullable String value = Utils.getEnvOrSystemProperty(name);
        return value != null && !value.isEmpty();
    }

    private static void restore(String name, @Nullable String value) {
        if (value == null) {
            System.clearProperty(name);
        } else {
            System.setProperty(name, value);
        }
    }
}
