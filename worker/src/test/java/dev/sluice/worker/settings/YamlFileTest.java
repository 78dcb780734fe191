package dev.sluice.worker.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file can get wrong before any value is looked at, and that the right line is named. */
class YamlFileTest {

    record Http(
            @Setting("127.0.0.1") String host,
            @Setting(value = "8080", min = "0") int port) {}

    record Options(Http http, @Setting("") List<String> labels) {}

    @TempDir
    Path directory;

    private Options load(Path file) {
        return Settings.of(Options.class).file(file).load();
    }

    private Path write(byte[] bytes) throws Exception {
        return Files.write(directory.resolve("s.yaml"), bytes);
    }

    private Path write(String text) throws Exception {
        return Files.writeString(directory.resolve("s.yaml"), text);
    }

    /** The problems without the directory's name. */
    private List<String> problems(Path file) {
        return assertThrows(SettingsException.class, () -> load(file)).problems().stream()
                .map(problem -> problem.replace(directory + "/", ""))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http: 5             | 1: http: is a single value (expected a section with the keys host, port)
            http: [1]           | 1: http: is a list (expected a section with the keys host, port)
            [1]                 | 1: is a list (expected a section with the keys http, labels)
            http:#  port: {a: 1} | 2: http.port: is a section (expected a whole number, at least 0)
            http:#  port: [1]   | 2: http.port: is a list (expected a whole number, at least 0)
            http:#  port:       | 2: http.port: has no value (expected a whole number, at least 0)
            http:#  host: ''    | 2: http.host: is empty (expected a text)
            labels: a, b        | 1: labels: is a single value (expected a list of texts)
            labels:#- a#- [b]   | 3: labels: has a list in it (expected a list of texts)
            labels:#- a#-       | 3: labels: has no value in it (expected a list of texts)
            #port: 1            | 2: port: is not a setting; did you mean http.port?
            #? [a]#: b          | 2: a key must be a single word
            http:#  port: 1##  port: 2 | 4: http.port: is given twice (first on line 2)
            http:#labels: []#http:     | 3: http: is given twice (first on line 1)
            """)
    void namesTheLine(String lines, String problem) throws Exception {
        assertEquals(List.of("s.yaml:" + problem), problems(write(lines.replace('#', '\n'))));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            http:#  port: [1    | 2
            http:#  port: 1#\tx | 3
            a: b: c             | 1
            http: *unknown      | 1
            http: 'open         | 1
            #---#a: 1#---#b: 2  | 4
            """)
    void namesTheLineOfASyntaxError(String lines, int line) throws Exception {
        List<String> problems = problems(write(lines.replace('#', '\n').replace("\\t", "\t")));
        assertEquals(1, problems.size());
        String start = "s.yaml:" + line + ": not valid YAML: ";
        assertTrue(problems.getFirst().startsWith(start), problems.getFirst());
    }

    @Test
    void takesAByteOrderMarkAndWindowsLines() throws Exception {
        assertEquals(1, load(write("\uFEFFhttp:\r\n  port: 1\r\n")).http().port());
    }

    @Test
    void takesQuotedNumbersAndAliases() throws Exception {
        assertEquals(
                new Options(new Http("1", 1), List.of()), load(write("http:\n  port: &one \"1\"\n  host: *one\n")));
    }

    @Test
    void refusesAMissingFile() {
        assertEquals(List.of("none.yaml: does not exist"), problems(directory.resolve("none.yaml")));
    }

    @Test
    void refusesADirectory() throws Exception {
        Path inner = Files.createDirectory(directory.resolve("inner"));
        assertTrue(problems(inner).getFirst().startsWith("inner: cannot be read: "));
    }

    @Test
    void refusesTextThatIsNotUtf8AndNamesItsLine() throws Exception {
        byte[] bytes = "http:\n  host: a\n  # b\u00fcro\n".getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        assertEquals(List.of("s.yaml:3: the text is not UTF-8"), problems(write(bytes)));
    }

    @Test
    void refusesControlCharacters() throws Exception {
        assertTrue(problems(write("http:\n  host: \u0001\n")).getFirst().contains("not valid YAML"));
    }

    @Test
    void refusesAFileOverTheLimitAndTakesOneAtIt() throws Exception {
        assertEquals(
                List.of("s.yaml: is too large for a settings file (expected at most 1 MiB)"),
                problems(write("#".repeat(YamlFile.MAX_BYTES + 1))));
        assertEquals(8080, load(write("#".repeat(YamlFile.MAX_BYTES))).http().port());
    }

    @Test
    void survivesDeepNesting() throws Exception {
        assertEquals(
                List.of("s.yaml:1: the nesting is too deep (expected at most 50 levels)"),
                problems(write("labels: " + "[".repeat(500_000))));
    }

    @Test
    void survivesATreeThatContainsItself() throws Exception {
        assertEquals(1, problems(write("http: &a\n  port: *a\n")).size());
    }
}
