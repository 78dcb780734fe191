package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the fuzzer of WAVs starts from, and what is near it: all of it holds, in every build. */
class WavFuzzCorpusTest {

    private static final Path CORPUS = Path.of("src", "test", "resources", "fuzz", "WavFuzz");
    private static final int CHANGES = 200;

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Those are recordings whose names do not say what is wrong with them. */
    @ParameterizedTest
    @MethodSource("files")
    void holds(Path file) throws IOException {
        boolean wrong = file.getFileName().toString().startsWith("wrong-");
        assertEquals(!wrong, WavFuzz.check(Files.readAllBytes(file)));
    }

    @ParameterizedTest
    @MethodSource("files")
    void holdsHoweverItIsChanged(Path file) throws IOException {
        byte[] right = Files.readAllBytes(file);
        Random random = new Random(9);
        int taken = 0;
        for (int i = 0; i < CHANGES; i++) {
            byte[] changed = Arrays.copyOf(right, random.nextInt(4) == 0 ? random.nextInt(right.length) : right.length);
            for (int each = random.nextInt(3); each >= 0 && changed.length > 0; each--) {
                changed[random.nextInt(Math.min(changed.length, 64))] = (byte) random.nextInt(256);
            }
            taken += WavFuzz.check(changed) ? 1 : 0;
        }
        assertTrue(taken < CHANGES, "nothing was refused of " + CHANGES + " changes");
    }

    @Test
    void theCorpusIsThere() throws IOException {
        assertTrue(files().size() >= 10, "only " + files());
    }
}
