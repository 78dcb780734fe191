package dev.sluice.gateway.security;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.settings.SettingsException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What a file of keys may say, and what is said of one that is wrong. */
class KeyListTest {

    /** Of "abc" and of nothing, as FIPS 180 has them. */
    private static final String ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    private static final String EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    private static final String OTHER = "1" + ABC.substring(1);

    private static KeyList parse(String text) {
        return KeyList.parse(Path.of("keys"), text);
    }

    private static List<String> problems(String text) {
        return assertThrows(SettingsException.class, () -> parse(text)).problems();
    }

    @Test
    void knowsWhoseKeyItIs() {
        KeyList keys = parse("# ours\n\n  team-a\t " + ABC + " \r\nteam-a " + OTHER.toUpperCase(Locale.ROOT));
        assertEquals("team-a", keys.owner(KeyHash.of("abc")));
        assertEquals("team-a", keys.owner(KeyHash.parse(OTHER).orElseThrow()));
        assertNull(keys.owner(KeyHash.of("abd")));
        assertNull(keys.owner(KeyHash.of(ABC)), "the hash is no key");
    }

    @Test
    void saysAllThatIsWrongAtOnceAndShowsNoKey() {
        List<String> problems = problems(
                "team-a secret-key\nteam b " + ABC + "\n-x " + ABC + "\nc " + ABC + "\nd " + ABC + "\ne " + EMPTY);
        assertEquals(
                List.of(
                        "keys:1: the key of team-a is no SHA-256 in hexadecimal (expected 64 digits)",
                        "keys:2: expected two words, NAME and SHA256, got 3",
                        "keys:3: is no name (expected at most 64 of A-Z a-z 0-9 . _ @ -, and none of the last four first)",
                        "keys:5: d has a key that c has already",
                        "keys:6: the key of e is empty: this is the hash of nothing"),
                problems);
        assertFalse(problems.toString().contains("secret-key"));
    }

    @Test
    void aFileWithoutKeysIsAMistake() {
        assertEquals(List.of("keys: names no key, so nobody could be let in"), problems("# nobody\n"));
    }
}
