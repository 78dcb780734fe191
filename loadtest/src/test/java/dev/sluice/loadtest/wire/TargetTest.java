package dev.sluice.loadtest.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TargetTest {

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8080, 127.0.0.1, 8080",
        "http://127.0.0.7:1/, 127.0.0.7, 1",
        "http://[::1]:8080, [::1], 8080",
        "http://localhost, localhost, 80"
    })
    void thisMachineMayBePutUnderLoad(String url, String host, int port) {
        assertEquals(new Target(host, port), Target.parse(url, ""));
    }

    @Test
    void anyOtherMachineOnlyWhenItIsNamedTwice() {
        assertTrue(refused("http://192.0.2.1:8080", "").contains("add --i-own 192.0.2.1"));
        assertTrue(refused("http://192.0.2.1:8080", "192.0.2.2").contains("add --i-own 192.0.2.1"));
        assertEquals(new Target("192.0.2.1", 8080), Target.parse("http://192.0.2.1:8080", "192.0.2.1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "8080", "127.0.0.1:8080", "https://127.0.0.1", "http://127.0.0.1/v2", "http://", "http://a b"
            })
    void whatIsNoAddressIsRefused(String url) {
        assertTrue(refused(url, "").contains("--url takes http://HOST:PORT"), url);
    }

    private static String refused(String url, String owned) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> Target.parse(url, owned))
                .getMessage());
    }
}
