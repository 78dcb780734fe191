package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The heaviest coding wins, a tie goes to the plain form, and a small answer is plain unless that is excluded. */
class AcceptedCodingTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'', IDENTITY, IDENTITY",
                "gzip, GZIP, IDENTITY",
                "deflate, DEFLATE, IDENTITY",
                "GZIP, GZIP, IDENTITY",
                "x-gzip, GZIP, IDENTITY",
                "'gzip, deflate', GZIP, IDENTITY",
                "'gzip, deflate, br, zstd', GZIP, IDENTITY",
                "'gzip;q=0.5, deflate;q=0.6', DEFLATE, IDENTITY",
                "'gzip ; q=0.5 ,deflate ;q=0.501', DEFLATE, IDENTITY",
                "gzip;q=0.001, GZIP, IDENTITY",
                "gzip;q=0, IDENTITY, IDENTITY",
                "'gzip;q=0.0, deflate;q=0', IDENTITY, IDENTITY",
                "'gzip, identity', IDENTITY, IDENTITY",
                "'gzip;q=0.9, identity;q=0.8', GZIP, IDENTITY",
                "'gzip;q=0.8, identity;q=0.9', IDENTITY, IDENTITY",
                "'gzip, identity;q=0', GZIP, GZIP",
                "'gzip;q=0.1, *;q=0', GZIP, GZIP",
                "'deflate;q=0.1, identity;q=0', DEFLATE, DEFLATE",
                "*, IDENTITY, IDENTITY",
                "'*, identity;q=0', GZIP, GZIP",
                "'*, identity;q=0, gzip;q=0', DEFLATE, DEFLATE",
                "'gzip, *;q=0.5', GZIP, IDENTITY",
                "'br, identity;q=0', IDENTITY, IDENTITY",
                "br, IDENTITY, IDENTITY",
                "identity, IDENTITY, IDENTITY",
                "gzip;q=2, IDENTITY, IDENTITY",
                "gzip;q=abc, IDENTITY, IDENTITY",
                "gzip;level=9, IDENTITY, IDENTITY",
                "',,;,gzip', GZIP, IDENTITY",
            })
    void chooses(String header, ContentCoding large, ContentCoding small) {
        AcceptedCoding accepted = AcceptedCoding.of(header);
        assertEquals(large, accepted.choose(true));
        assertEquals(small, accepted.choose(false));
    }
}
