package dev.sluice.worker.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sources together: defaults, precedence, everything wrong at once. */
class SettingsTest {

    enum Colour {
        RED,
        BLUE
    }

    record Inner(
            @Setting(value = "8080", min = "0", max = "65535")
            int port,

            @Setting(value = "64MiB", min = "1KiB", bytes = true)
            long maxBodySize,

            @Setting(value = "75s", min = "1s", max = "1h") Duration idleTimeout) {}

    record Options(
            Inner http,
            @Setting("blue") Colour colour,
            @Setting(value = "0.5", max = "1") double share,
            @Setting("5") long count,
            @Setting("true") boolean enabled,
            @Setting("a name") String name,
            @Setting("conf/models") Path models,
            @Setting("") List<String> labels) {}

    private static final Options DEFAULTS = new Options(
            new Inner(8080, 64 << 20, Duration.ofSeconds(75)),
            Colour.BLUE,
            0.5,
            5,
            true,
            "a name",
            Path.of("conf/models"),
            List.of());

    @TempDir
    Path directory;

    private final Settings<Options> settings = Settings.of(Options.class);

    private static List<Assignment> assign(String path, String text) {
        return List.of(new Assignment("--set", path, text));
    }

    private static List<String> problems(Settings<?> settings) {
        return assertThrows(SettingsException.class, settings::load).problems();
    }

    private Path file(String... lines) throws Exception {
        return Files.write(directory.resolve("s.yaml"), List.of(lines));
    }

    @Test
    void isAllDefaultsWhenNobodySaysAnything() throws Exception {
        assertEquals(DEFAULTS, settings.load());
        assertEquals(DEFAULTS, settings.file(file()).load());
        assertEquals(DEFAULTS, settings.file(file("# only a comment", "http:")).load());
    }

    @Test
    void readsEveryTypeFromAFile() throws Exception {
        Path file = file(
                "http: {port: 0, max_body_size: 8KiB, idle_timeout: 250s}",
                "colour: red",
                "share: 0.25",
                "count: -7",
                "enabled: false",
                "name: \"null\"",
                "models: /models",
                "labels: [zero, 'one, or more']");
        var expected = new Options(
                new Inner(0, 8192, Duration.ofSeconds(250)),
                Colour.RED,
                0.25,
                -7,
                false,
                "null",
                Path.of("/models"),
                List.of("zero", "one, or more"));
        assertEquals(expected, settings.file(file).load());
    }

    @Test
    void strongerSourcesWin() throws Exception {
        var fromFile = settings.file(file("http:", "  port: 1"));
        assertEquals(1, fromFile.load().http().port());
        var fromEnvironment = fromFile.environment(Map.of("SLUICE_HTTP_PORT", "2"), Set.of());
        assertEquals(2, fromEnvironment.load().http().port());
        var fromCommandLine = fromEnvironment.overrides(assign("http.port", "3"));
        assertEquals(3, fromCommandLine.load().http().port());
    }

    @Test
    void laterAssignmentsWin() {
        var twice = List.of(new Assignment("--a", "count", "1"), new Assignment("--b", "count", "2"));
        assertEquals(2, settings.overrides(twice).load().count());
    }

    @Test
    void tellsEverythingThatIsWrongAtOnce() throws Exception {
        Path file = file("http:", "  port: 99999", "  prot: 1", "colour: green", "extra: 1");
        var all = settings.file(file)
                .environment(Map.of("SLUICE_SHARE", "half", "SLUICE_HTTP_PROT", "1", "HOME", "/"), Set.of())
                .overrides(
                        List.of(new Assignment("--port", "http.port", "no"), new Assignment("--set", "http.prt", "1")));
        assertEquals(
                List.of(
                        file + ":2: http.port: is out of range (got 99999; expected a whole number, from 0 to 65535)",
                        file + ":3: http.prot: is not a setting; did you mean http.port?",
                        file + ":4: colour: is unknown (got green; expected one of blue, red)",
                        file + ":5: extra: is not a setting (expected the keys"
                                + " http, colour, share, count, enabled, name, models, labels)",
                        "SLUICE_HTTP_PROT: is not a setting; did you mean SLUICE_HTTP_PORT?",
                        "SLUICE_SHARE: share: is not a number (got half; expected a number, at most 1)",
                        "--port: http.port: is not a whole number"
                                + " (got no; expected a whole number, from 0 to 65535)",
                        "--set: http.prt: is not a setting; did you mean http.port?"),
                problems(all));
    }

    @Test
    void checksWeakerSourcesToo() throws Exception {
        var overridden = settings.file(file("count: many")).overrides(assign("count", "1"));
        assertEquals(1, problems(overridden).size());
    }

    @Test
    void theMessageHasOneProblemALine() {
        var wrong = settings.environment(Map.of("SLUICE_COUNT", "a\nb", "SLUICE_SHARE", "x"), Set.of());
        assertEquals(
                2,
                assertThrows(SettingsException.class, wrong::load)
                        .getMessage()
                        .lines()
                        .count());
    }

    @Test
    void leavesReservedAndForeignVariablesAlone() {
        var variables = Map.of("SLUICE_HOME", "/opt/sluice", "PATH", "/bin");
        assertEquals(
                DEFAULTS, settings.environment(variables, Set.of("SLUICE_HOME")).load());
        assertEquals(List.of("SLUICE_HOME: is not a setting"), problems(settings.environment(variables, Set.of())));
    }

    @Test
    void readsListsFromVariablesByCommas() {
        var variables = Map.of("SLUICE_LABELS", "cat, dog");
        assertEquals(
                List.of("cat", "dog"),
                settings.environment(variables, Set.of()).load().labels());
    }

    @Test
    void assigningASectionIsAnError() {
        assertEquals(
                List.of("--set: http: is a section, not a setting"), problems(settings.overrides(assign("http", "1"))));
    }

    @Test
    void relativePathsStartAtHomeExceptOnTheCommandLine() throws Exception {
        var atHome = settings.pathsFrom(directory);
        assertEquals(directory.resolve("conf/models"), atHome.load().models());
        assertEquals(
                directory.resolve("m"), atHome.file(file("models: ./m")).load().models());
        assertEquals(
                Path.of("m").toAbsolutePath(),
                atHome.overrides(assign("models", "m")).load().models());
        assertEquals(
                Path.of("/m"), atHome.overrides(assign("models", "/m")).load().models());
    }

    @Test
    void theWordNoneIsNoPath() throws Exception {
        var atHome = settings.pathsFrom(directory);
        assertEquals(Path.of("none"), atHome.file(file("models: none")).load().models());
        assertEquals(
                directory.resolve("none"),
                atHome.file(file("models: ./none")).load().models());
    }

    @Test
    void aListOfPathsMayBeOnePath() throws Exception {
        record Places(@Setting("here") List<Path> places) {}
        Settings<Places> settings = Settings.of(Places.class).pathsFrom(directory);
        assertEquals(List.of(directory.resolve("here")), settings.load().places());
        assertEquals(
                List.of(directory.resolve("a, b")),
                settings.file(file("places: a, b")).load().places(),
                "one value in YAML is one path");
        assertEquals(
                List.of(directory.resolve("a"), Path.of("/b"), directory.resolve("c")),
                settings.file(file("places: [a, /b, x/../c]")).load().places());
        assertEquals(
                List.of(directory.resolve("a"), directory.resolve("b")),
                settings.environment(Map.of("SLUICE_PLACES", "a, b"), Set.of())
                        .load()
                        .places());
        assertEquals(
                List.of(Path.of("a").toAbsolutePath(), Path.of("b,c'd").toAbsolutePath()),
                settings.overrides(assign("places", "['a', 'b,c\'\'d']")).load().places());
        assertEquals(
                List.of("--set: places: is empty (expected a path, or a list of them)"),
                problems(settings.overrides(assign("places", ""))));
    }

    @Test
    void listsAllSettings() {
        List<SettingSpec> list = settings.list();
        assertEquals(10, list.size());
        assertEquals(new SettingSpec("http.max_body_size", long.class, "64MiB", "1KiB", ""), list.get(1));
        assertEquals("SLUICE_HTTP_MAX_BODY_SIZE", list.get(1).environmentName());
    }

    @Test
    void refusesRecordsThatNoSettingsFit() {
        record Unannotated(int port) {}
        record WrongType(@Setting("a") StringBuilder text) {}
        record WrongDefault(@Setting(value = "0", min = "1") int port) {}
        record WrongList(@Setting("") List<Integer> numbers) {}
        record WrongBytes(
                @Setting(value = "1", bytes = true) int size) {}
        for (var type :
                List.of(Unannotated.class, WrongType.class, WrongDefault.class, WrongList.class, WrongBytes.class)) {
            var failure = assertThrows(
                    IllegalArgumentException.class, () -> Settings.of(type).load());
            assertTrue(failure.toString().contains(type.getRecordComponents()[0].getName()), failure.toString());
        }
    }
}
