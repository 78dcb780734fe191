package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the fuzzer starts from and what it has found: all of it holds, in every build. */
class FuzzCorpusTest {

    private static final Path CORPUS = Path.of("src", "test", "resources", "fuzz");

    private static List<Path> files(String target) throws IOException {
        try (Stream<Path> files = Files.list(CORPUS.resolve(target))) {
            return files.sorted().toList();
        }
    }

    static List<Path> json() throws IOException {
        return files("JsonRequestFuzz");
    }

    static List<Path> binary() throws IOException {
        return files("BinaryRequestFuzz");
    }

    @ParameterizedTest
    @MethodSource("json")
    void jsonRequests(Path file) throws IOException {
        new JsonRequestFuzz().check(Files.readAllBytes(file));
    }

    @ParameterizedTest
    @MethodSource("binary")
    void binaryRequests(Path file) throws IOException {
        new BinaryRequestFuzz().check(Files.readAllBytes(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"JsonRequestFuzz", "BinaryRequestFuzz"})
    void theCorpusIsThere(String target) throws IOException {
        assertTrue(files(target).size() >= 10, "only " + files(target));
    }
}
