package dev.sluice.worker.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.ModelSource;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Fetches in tests: a cache in a directory, and sources on this machine. */
final class Fetches {

    private Fetches() {}

    /** @param settings as in {@code allow_http=true}; private networks and plain text are allowed unless they say no */
    static SourceOptions options(Path cache, String... settings) {
        List<Assignment> overrides = new ArrayList<>();
        for (String setting : List.of("cache=" + cache, "allow_http=true", "allow_private=true", "idle_timeout=30s")) {
            overrides.add(assignment(setting));
        }
        for (String setting : settings) {
            overrides.add(assignment(setting));
        }
        return Settings.of(SourceOptions.class).overrides(overrides).load();
    }

    private static Assignment assignment(String setting) {
        String[] parts = setting.split("=", 2);
        return new Assignment("test", parts[0], parts[1]);
    }

    static ModelSources of(Path cache, String... settings) {
        return new ModelSources(options(cache, settings), InstantSource.system(), Ticker.SYSTEM);
    }

    static ModelSources at(Instant now, Path cache, String... settings) {
        return new ModelSources(options(cache, settings), InstantSource.fixed(now), Ticker.SYSTEM);
    }

    static Path fetched(ModelSources sources, String source) throws SourceException {
        try (ModelSources.Fetched fetched = sources.fetch(ModelSource.parse(source), new Transfer())) {
            return fetched.modelFile();
        }
    }

    /** That it fails so, and what it says. */
    static SourceException refused(ModelSources sources, String source, SourceException.Again again) {
        SourceException refused =
                assertThrows(SourceException.class, () -> sources.fetch(ModelSource.parse(source), new Transfer()));
        assertEquals(again, refused.again(), refused.getMessage());
        assertFalse(String.valueOf(refused.getMessage()).contains("secret"), refused.getMessage());
        return refused;
    }

    static byte[] noise(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        bytes[0] = 8; // so that it is taken for a model
        return bytes;
    }

    /** What of downloads is left. */
    static List<Path> partial(Path cache) throws IOException {
        Path folder = cache.resolve("partial");
        return Files.exists(folder)
                ? Trees.below(folder).stream().filter(Files::isRegularFile).toList()
                : List.of();
    }
}
