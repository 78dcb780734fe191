package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The model and the sample requests that come with Sluice. */
class DigitsIT {

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.DEMO_MODELS);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Answer read(String sample) throws IOException {
        return gateway.infer("digits", Files.readString(Places.DEMO_DIGITS.resolve(sample + ".json")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
    void readsTheSampleOfEachDigit(int digit) throws IOException {
        assertEquals(digit, Digits.mostLikely(read(Integer.toString(digit)).data(), 0));
    }

    @Test
    void leadsToThePageToDrawThemOn() {
        assertTrue(gateway.get("/").body().contains("  GET /draw\n"));
    }

    @Test
    void readsAllSamplesAsOneBatch() throws IOException {
        Answer answer = read("all");
        assertEquals(
                "[10,10]",
                answer.outputs().getJsonObject(0).getJsonArray("shape").encode());
        for (int digit = 0; digit < 10; digit++) {
            assertEquals(digit, Digits.mostLikely(answer.data(), digit));
        }
    }
}
