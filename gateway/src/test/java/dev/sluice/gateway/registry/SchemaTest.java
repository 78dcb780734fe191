package dev.sluice.gateway.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchemaTest {

    @Test
    void itsStepsAreNumberedFromOneToTheNewest() throws IOException {
        Path folder = Path.of("src/main/resources").resolve(Schema.FILES);
        try (Stream<Path> files = Files.list(folder)) {
            List<Integer> numbers = files.map(file -> file.getFileName().toString())
                    .map(name -> name.replaceFirst("^V([0-9]+)__[a-z_]+\\.sql$", "$1"))
                    .map(Integer::valueOf)
                    .sorted()
                    .toList();
            assertEquals(IntStream.rangeClosed(1, Schema.NEWEST).boxed().toList(), numbers);
        }
    }
}
