package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.fake.FakeHttpRequest;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose request it is, whatever clients and proxies say; 10.0.0.0/8 and fd00::/8 are ours. */
class ClientNamesTest {

    private static final List<String> OURS = List.of("10.0.0.0/8", "fd00::/8");

    private static String name(@Nullable String header, List<String> proxies, FakeHttpRequest request) {
        return new ClientNames(Optional.ofNullable(header), proxies).of(request.request());
    }

    private static String forwardedFor(String peer, String... lines) {
        FakeHttpRequest request = new FakeHttpRequest().from(peer);
        for (String line : lines) {
            request.header("X-Forwarded-For", line);
        }
        return name("X-Forwarded-For", OURS, request);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.7, 192.0.2.7",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:2::/64",
        "2001:db8:1:2::9, 2001:db8:1:2::/64",
        "::1, ::/64",
        "::ffff:192.0.2.7, 192.0.2.7",
    })
    void withoutAHeaderItIsTheAddress(String peer, String name) {
        FakeHttpRequest request = new FakeHttpRequest().from(peer).header("X-Client", "somebody else");
        assertEquals(name, name(null, List.of(), request));
        assertEquals(name, name(null, OURS, request));
    }

    @Test
    void aHeaderIsBelievedFromWhomItMayComeFrom() {
        FakeHttpRequest ours = new FakeHttpRequest().from("10.1.2.3").header("X-Client", "tenant");
        FakeHttpRequest stranger = new FakeHttpRequest().from("192.0.2.7").header("X-Client", "tenant");
        assertEquals("tenant", name("X-Client", OURS, ours));
        assertEquals("192.0.2.7", name("X-Client", OURS, stranger));
        assertEquals("tenant", name("X-Client", List.of(), stranger));
    }

    @Test
    void withoutTheHeaderItIsTheAddress() {
        assertEquals("10.1.2.3", name("X-Client", OURS, new FakeHttpRequest().from("10.1.2.3")));
        FakeHttpRequest empty = new FakeHttpRequest().from("10.1.2.3").header("X-Client", "");
        assertEquals("10.1.2.3", name("X-Client", OURS, empty));
        assertEquals("10.1.2.3", name("Forwarded", OURS, new FakeHttpRequest().from("10.1.2.3")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "192.0.2.7 | 192.0.2.7",
                "1.1.1.1, 192.0.2.7 | 192.0.2.7",
                "1.1.1.1, 192.0.2.7, 10.9.9.9, 10.8.8.8 | 192.0.2.7",
                "10.9.9.9, 10.8.8.8 | 10.9.9.9",
                "10.9.9.9, 192.0.2.7 | 192.0.2.7",
                "192.0.2.7:4711 | 192.0.2.7",
                "192.0.2.7,10.9.9.9:80 | 192.0.2.7",
                "[2001:db8:1:2::9]:4711 | 2001:db8:1:2::/64",
                "[2001:db8:1:2::9] | 2001:db8:1:2::/64",
                "2001:db8:1:2::9 | 2001:db8:1:2::/64",
                "192.0.2.7, fd00::1 | 192.0.2.7",
                "::ffff:192.0.2.7 | 192.0.2.7",
                "192.0.2.7, ::ffff:10.9.9.9 | 192.0.2.7",
                "unknown | 10.1.2.3",
                "192.0.2.7, unknown | 10.1.2.3",
                "192.0.2.7, _hidden, 10.9.9.9 | 10.9.9.9",
                "example.org | 10.1.2.3",
                "1.2.3 | 10.1.2.3",
                "1.2.3.4.5 | 10.1.2.3",
                "256.1.1.1 | 10.1.2.3",
                "192.0.2.7, | 10.1.2.3",
                ", | 10.1.2.3",
                "\"1.1.1.1, 192.0.2.7 | 192.0.2.7",
                "\", 192.0.2.7 | 192.0.2.7",
            })
    void aChainIsReadFromTheRight(String header, String name) {
        assertEquals(name, forwardedFor("10.1.2.3", header));
    }

    @Test
    void aStrangersChainIsIgnored() {
        assertEquals("192.0.2.7", forwardedFor("192.0.2.7", "1.1.1.1"));
    }

    @Test
    void theLastLineIsTheNearest() {
        assertEquals("192.0.2.7", forwardedFor("10.1.2.3", "1.1.1.1", "192.0.2.7"));
        assertEquals("192.0.2.7", forwardedFor("10.1.2.3", "1.1.1.1, 192.0.2.7", "10.9.9.9", "10.8.8.8"));
    }

    @Test
    void withoutTrustedProxiesTheNearestHopIsBelieved() {
        FakeHttpRequest request = new FakeHttpRequest().from("192.0.2.7").header("X-Forwarded-For", "1.1.1.1, 2.2.2.2");
        assertEquals("2.2.2.2", name("x-forwarded-for", List.of(), request));
    }

    /** As long as headers may be; a pattern that tries all ways to read it would take minutes. */
    @Test
    void aLongChainIsReadInOneGo() {
        String blanks = " ".repeat(1 << 20);
        List<String> hops =
                List.of("for=" + blanks + "\"", ";" + blanks + "for" + blanks + "=x", "[" + blanks, blanks + ":");
        for (String hop : hops) {
            FakeHttpRequest request = new FakeHttpRequest().from("10.1.2.3").header("Forwarded", hop + "x");
            assertEquals("10.1.2.3", name("Forwarded", OURS, request));
            assertEquals("10.1.2.3", forwardedFor("10.1.2.3", hop + "x"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "for=192.0.2.7 | 192.0.2.7",
                "For=192.0.2.7 | 192.0.2.7",
                "proto=https;for=192.0.2.7;by=10.1.1.1 | 192.0.2.7",
                "for = 192.0.2.7 ; proto=https | 192.0.2.7",
                "for=\"192.0.2.7:80\" | 192.0.2.7",
                "for=\"[2001:db8:1:2::9]:4711\" | 2001:db8:1:2::/64",
                "for=\"[2001:db8:1:2::9]\";host=\"a,b\" | 2001:db8:1:2::/64",
                "for=1.1.1.1, for=192.0.2.7 | 192.0.2.7",
                "for=1.1.1.1, for=192.0.2.7, for=10.9.9.9 | 192.0.2.7",
                "for=1.1.1.1, for=192.0.2.7;host=\"x, for=9.9.9.9\", for=\"10.9.9.9:1\" | 192.0.2.7",
                "for=\"1.1.1.1, for=192.0.2.7 | 192.0.2.7",
                "for=unknown | 10.1.2.3",
                "for=_secret, for=10.9.9.9 | 10.9.9.9",
                "by=192.0.2.7 | 10.1.2.3",
                "notfor=192.0.2.7 | 10.1.2.3",
                "host=\"a;for=9.9.9.9\" | 10.1.2.3",
                "for | 10.1.2.3",
                "for= | 10.1.2.3",
                "192.0.2.7 | 10.1.2.3",
            })
    void forwardedIsReadAsItIsWritten(String header, String name) {
        FakeHttpRequest request = new FakeHttpRequest().from("10.1.2.3").header("Forwarded", header);
        assertEquals(name, name("Forwarded", OURS, request));
    }
}
