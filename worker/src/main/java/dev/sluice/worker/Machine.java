package dev.sluice.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What this process runs on.
 *
 * @thread any; reads a file
 */
final class Machine {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Machine() {}

    /** Its system, cores and processor, in one line. */
    static String name() {
        int cores = Runtime.getRuntime().availableProcessors();
        return System.getProperty("os.name") + " " + System.getProperty("os.arch") + ", " + cores + " cores, " + cpu();
    }

    /** As Linux names it; other systems have to do without. */
    private static String cpu() {
        try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unnamed");
        } catch (IOException | UncheckedIOException elsewhere) {
            return "unnamed";
        }
    }
}
