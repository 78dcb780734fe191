package dev.sluice.gateway.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.Assignment;
import dev.sluice.worker.settings.SettingSpec;
import dev.sluice.worker.settings.Settings;
import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What arguments mean, and what is said about those that mean nothing. */
class CommandLineTest {

    private static CommandLine parse(String... arguments) {
        return CommandLine.parse(List.of(arguments));
    }

    private static List<String> problems(String... arguments) {
        return assertThrows(SettingsException.class, () -> parse(arguments)).problems();
    }

    @Test
    void nothingMeansNothing() {
        assertEquals(new CommandLine(null, List.of(), false), parse());
    }

    @Test
    void whoStartsAContainerMaySayServe() {
        assertEquals(parse("--port", "0"), parse("serve", "--port", "0"));
        assertEquals(1, problems("--port", "0", "serve").size());
    }

    @Test
    void shortNamesAreSettings() {
        CommandLine line =
                parse("--config", "a.yaml", "--host", "::", "--port", "0", "--models", "m", "--set", "http.a=b=c");
        assertEquals(Path.of("a.yaml"), line.config());
        assertEquals(
                List.of(
                        new Assignment("--host", "http.host", "::"),
                        new Assignment("--port", "http.port", "0"),
                        new Assignment("--models", "worker.models", "m"),
                        new Assignment("--set", "http.a", "b=c")),
                line.overrides());
    }

    @Test
    void equalsSignsAndSpacesMeanTheSame() {
        assertEquals(
                parse("--config", "a.yaml", "--port", "1", "--set", "http.host=x"),
                parse("--config=a.yaml", "--port=1", "--set=http.host=x"));
    }

    @Test
    void helpWinsOverMistakes() {
        assertTrue(parse("--nonsense", "--help").help());
        assertNull(parse("--help").config());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --prot        | --prot: is not an option; did you mean --port?
            --threads=4   | --threads=4: is not an option
            models        | models: is not an option; did you mean --models?
            -h            | -h: is not an option
            """)
    void unknownOptionsAreToldWithAllThereAre(String argument, String problem) {
        String accepted = " (expected one of --config, --host, --port, --models, --set, --help)";
        assertEquals(List.of(problem + accepted), problems(argument));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --port           | --port: needs a value behind it
            --config=        | --config: needs the name of a file
            --set=http.port  | --set: is no assignment (got http.port; expected KEY=VALUE, as in http.port=8080)
            --set==1         | --set: is no assignment (got =1; expected KEY=VALUE, as in http.port=8080)
            --help=yes       | --help: takes no value
            """)
    void wrongValuesAreToldWithTheirOption(String argument, String problem) {
        assertEquals(List.of(problem), problems(argument));
    }

    @Test
    void anOptionIsNoValueOfAnother() {
        assertEquals(List.of("--host: needs a value behind it"), problems("--host", "--port", "1"));
    }

    @Test
    void tellsEverythingThatIsWrongAtOnce() {
        assertEquals(3, problems("--what", "stray", "--port").size());
    }

    @Test
    void theUsageNamesTheDefaultsOfItsOptions() {
        for (SettingSpec spec : Settings.of(GatewayConfig.class).list()) {
            if (CommandLine.USAGE.contains("(" + spec.path() + ",")) {
                assertTrue(CommandLine.USAGE.contains("(" + spec.path() + ", default " + spec.defaultText() + ")"));
            }
        }
    }
}
