package dev.sluice.gateway.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceTest {

    private static final String SERVER = Place.server("/srv/models", 8080);

    private static Place of(String url, String directory, String server) {
        RegistryOptions options = new RegistryOptions(url, directory, "sluice", Path.of("none"));
        return Place.of(options, server, Map.of(), "/home/ada");
    }

    @Test
    void aFileBelowTheUsersStateForEachServer() {
        Place.File file = assertInstanceOf(Place.File.class, of("file", "auto", SERVER));
        assertEquals(Path.of("/home/ada/.local/state/sluice"), file.directory());
        assertTrue(file.name().startsWith("registry-8080-"), file.name());
        assertNotEquals(SERVER, Place.server("/srv/models", 8081));
        assertNotEquals(SERVER, Place.server("/srv/others", 8080));
        assertEquals(SERVER, Place.server("/srv/models", 8080));
    }

    @Test
    void theDesktopsVariableIsStrongerWhereItSaysAnything() {
        RegistryOptions options = new RegistryOptions("file", "auto", "sluice", Path.of("none"));
        for (String state : new String[] {"/var/state", "relative", ""}) {
            Place place = Place.of(options, SERVER, Map.of("XDG_STATE_HOME", state), "/home/ada");
            Path parent = Path.of(state.startsWith("/") ? state : "/home/ada/.local/state");
            assertEquals(
                    parent.resolve("sluice"), ((Place.File) place).directory(), "XDG_STATE_HOME is \"" + state + "\"");
        }
    }

    @Test
    void whoIsAnotherServerAtEachStartKeepsNothing() {
        assertEquals(new Place.Nowhere(), of("file", "auto", Place.server("/srv/models", 0)));
        assertEquals(
                new Place.Nowhere(),
                Place.of(new RegistryOptions("file", "auto", "sluice", Path.of("none")), SERVER, Map.of(), "no home"));
        assertEquals(
                Path.of("/var/lib/sluice/registry.mv.db"),
                ((Place.File) of("file", "/var/lib/sluice", Place.server("/srv/models", 0))).file());
    }

    @Test
    void aServerIsTakenAsItIs() {
        assertEquals(
                new Place.Server("jdbc:postgresql://db/x?ssl=true", "sluice", Optional.empty()),
                of("jdbc:postgresql://db/x?ssl=true", "auto", SERVER));
        assertEquals(new Place.Nowhere(), of("none", "auto", SERVER));
    }

    @Test
    void aPasswordInTheAddressIsNotRepeated() {
        for (String url : new String[] {
            "postgresql://u:secret@db/x", "jdbc:postgresql://u:secret@db/x", "jdbc:mysql://db/x?password=secret"
        }) {
            SettingsException wrong = assertThrows(SettingsException.class, () -> of(url, "auto", SERVER), url);
            assertFalse(wrong.getMessage().contains("secret"), wrong.getMessage());
        }
    }

    @Test
    void anAtSignAmongTheParametersIsNoUser() {
        String url = "jdbc:postgresql://db/x?options=a@b";
        assertEquals(new Place.Server(url, "sluice", Optional.empty()), of(url, "auto", SERVER));
    }

    @Test
    void aStateDirectoryThatWouldBeReadAsSettingsStopsTheStart() {
        RegistryOptions options = new RegistryOptions("file", "auto", "sluice", Path.of("none"));
        SettingsException wrong =
                assertThrows(SettingsException.class, () -> Place.of(options, SERVER, Map.of(), "/home;INIT=x"));
        assertTrue(wrong.getMessage().startsWith("registry.directory: "), wrong.getMessage());
        Map<String, String> state = Map.of("XDG_STATE_HOME", "/state;INIT=x");
        assertThrows(SettingsException.class, () -> Place.of(options, SERVER, state, "/home/ada"));
        assertEquals(new Place.Nowhere(), Place.of(options, "", state, "/home/ada"), "which needs no directory");
    }

    @ParameterizedTest
    @CsvSource({
        "jdbc:h2:mem:x, auto, registry.url",
        "'', auto, registry.url",
        "file, relative, registry.directory",
        "file, /a;INIT=x, registry.directory",
    })
    void whatSaysNothingStopsTheStart(String url, String directory, String word) {
        SettingsException wrong = assertThrows(SettingsException.class, () -> of(url, directory, SERVER));
        assertTrue(wrong.getMessage().startsWith(word + ": "), wrong.getMessage());
    }
}
