package dev.sluice.gateway.front.grpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the fuzzer starts from and what it has found: all of it holds, in every build, and so do small changes of it. */
class GrpcFuzzCorpusTest {

    private static final Path CORPUS = Path.of("src", "test", "resources", "fuzz", "GrpcRequestFuzz");
    private static final int CHANGES = 20_000;

    static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void requests(Path file) throws IOException {
        new GrpcRequestFuzz().check(Files.readAllBytes(file));
    }

    @Test
    void changedRequests() throws IOException {
        GrpcRequestFuzz target = new GrpcRequestFuzz();
        Random random = new Random(5);
        List<Path> files = files();
        for (int round = 0; round < CHANGES; round++) {
            byte[] bytes = Files.readAllBytes(files.get(random.nextInt(files.size())));
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            target.check(bytes);
        }
    }
}
