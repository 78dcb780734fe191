package dev.sluice;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What ARCHITECTURE.md asks of sources and no other check sees: who owns a class, what a package says of itself. */
class HouseRulesTest {

    private static final Pattern TYPE = Pattern.compile(
            "^(?:(?:public|abstract|final|sealed|non-sealed) )*(class|interface|record|enum|@interface) ",
            Pattern.MULTILINE);

    private static final Pattern EXCEPTION = Pattern.compile(" class \\w+ extends \\w*Exception ");

    private static final int FEWEST_LINES = 5;
    private static final int MOST_LINES = 15;

    private static List<Path> sources() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        if (!Files.exists(root.resolve("worker"))) {
            root = Path.of("..").toAbsolutePath().normalize();
        }
        List<Path> all = new ArrayList<>();
        for (String module :
                List.of("worker", "gateway", "loadtest", "worker/engines/pytorch", "worker/engines/tensorflow")) {
            try (Stream<Path> files = Files.walk(root.resolve(module).resolve("src/main/java"))) {
                files.filter(file -> file.toString().endsWith(".java")).forEach(all::add);
            }
        }
        assertTrue(all.size() > 100, all.size() + " sources");
        return all;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isPackageInfo(Path file) {
        return file.endsWith("package-info.java");
    }

    /** The sources that the rule is broken in. */
    private static void nobody(Predicate<Path> breaks) throws IOException {
        assertEquals(List.of(), sources().stream().filter(breaks).toList());
    }

    @Test
    void everyClassAndInterfaceSaysWhichThreadOwnsIt() throws IOException {
        nobody(file -> !isPackageInfo(file) && lacksThread(read(file)));
    }

    /** Records, enums, annotations and exceptions are immutable and need not say so. */
    private static boolean lacksThread(String source) {
        Matcher type = TYPE.matcher(source);
        if (!type.find()
                || !List.of("class", "interface").contains(type.group(1))
                || EXCEPTION.matcher(source).find()) {
            return false;
        }
        return !source.substring(0, type.start()).contains(" * @thread ");
    }

    @Test
    void everyTypeHasAComment() throws IOException {
        nobody(file -> {
            Matcher type = TYPE.matcher(read(file));
            return !isPackageInfo(file)
                    && (!type.find() || !read(file).substring(0, type.start()).contains("/**"));
        });
    }

    @Test
    void everyPackageSaysInAFewLinesWhatItIs() throws IOException {
        List<Path> silent = sources().stream()
                .map(Path::getParent)
                .distinct()
                .filter(folder -> !Files.exists(folder.resolve("package-info.java")))
                .toList();
        assertEquals(List.of(), silent);
        nobody(file -> isPackageInfo(file) && !hasFittingLength(read(file)));
    }

    private static boolean hasFittingLength(String packageInfo) {
        long lines = packageInfo
                .lines()
                .filter(line -> line.startsWith(" *") && !line.startsWith(" */"))
                .count();
        return lines >= FEWEST_LINES && lines <= MOST_LINES;
    }

    @Test
    void everyPackageSaysWhichClassToReadFirst() throws IOException {
        nobody(file -> isPackageInfo(file) && !read(file).contains("<p>Read {@"));
    }

    @Test
    void theStatusMappingNamesEveryErrorInEveryOfItsTablesAndHasNoDefault() throws IOException {
        Path mapping = sources().stream()
                .filter(file -> file.endsWith("StatusMapping.java"))
                .findFirst()
                .orElseThrow();
        String source = read(mapping);
        assertFalse(source.contains("default ->"));
        int tables = source.split("switch \\(error\\)", -1).length - 1;
        for (Class<?> error : InferenceError.class.getPermittedSubclasses()) {
            String branch = "case InferenceError." + error.getSimpleName() + " ";
            assertEquals(tables, source.split(Pattern.quote(branch), -1).length - 1, branch);
        }
    }

    @Test
    void nothingIsLeftToDoWithoutANumber() throws IOException {
        Pattern todo = Pattern.compile("\\b(TODO|FIXME|XXX)\\b(?!.*#\\d)");
        nobody(file -> todo.matcher(read(file)).find());
    }
}
