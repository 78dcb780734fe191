package dev.sluice.worker.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The processor, as Linux describes it; other systems have to do without.
 *
 * @thread any; reads a file
 */
public final class Processor {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final String NAME = "model name";

    /** By the names that it has for them on x86 and on ARM. */
    private static final List<String> KIND =
            List.of(NAME, "flags", "Features", "CPU implementer", "CPU architecture", "CPU variant", "CPU part");

    private Processor() {}

    /** What its maker calls it, or {@code unnamed}. */
    public static String name() {
        return of(List.of(NAME)).orElse("unnamed");
    }

    /** What engines look at when they choose their code: its kind and its instructions; empty where nobody says. */
    static Optional<String> kind() {
        return of(KIND);
    }

    /** Of the first core: in one machine they are alike. */
    private static Optional<String> of(List<String> names) {
        try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.ISO_8859_1)) {
            String values = lines.takeWhile(line -> !line.isBlank())
                    .filter(line -> line.contains(":") && names.contains(name(line)))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .collect(Collectors.joining(", "));
            return Optional.of(values).filter(text -> !text.isEmpty());
        } catch (IOException | UncheckedIOException elsewhere) {
            return Optional.empty();
        }
    }

    private static String name(String line) {
        return line.substring(0, line.indexOf(':')).strip();
    }
}
