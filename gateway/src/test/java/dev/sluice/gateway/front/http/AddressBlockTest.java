package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses a block has, and which texts are none. */
class AddressBlockTest {

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.0, false",
        "192.0.2.128/25, 192.0.2.128, true",
        "192.0.2.128/25, 192.0.2.127, false",
        "192.0.2.7, 192.0.2.7, true",
        "192.0.2.7, 192.0.2.6, false",
        "0.0.0.0/0, 1.2.3.4, true",
        "0.0.0.0/0, ::1, false",
        "::/0, 2001:db8::1, true",
        "::/0, 1.2.3.4, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "::1, ::1, true",
        "10.0.0.0/8, ::ffff:10.1.1.1, true",
        "::ffff:10.1.1.1, 10.1.1.1, true",
        "fe80::/10, fe80::1%eth0, true",
    })
    void hasTheAddressesThatBeginWithItsBits(String block, String address, boolean in) {
        byte[] bytes = Objects.requireNonNull(AddressBlock.bytes(address));
        assertEquals(in, AddressBlock.parse(block).orElseThrow().contains(bytes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "10.0.0.1/8",
                "2001:db8::1/64",
                "::/129",
                "localhost",
                "10.0.0",
                "10.0.0.0/8 ",
                "*",
            })
    void anythingElseIsToldWithWhatIsExpected(String text) {
        assertTrue(AddressBlock.parse(text).isEmpty());
        String problem = HttpOptions.proxyProblem(text).orElseThrow();
        assertTrue(problem.startsWith("is no block of addresses (got " + text + "; expected"), problem);
    }

    @Test
    void aBlockIsNoProblem() {
        assertEquals(Optional.empty(), HttpOptions.proxyProblem("10.0.0.0/8"));
    }
}
