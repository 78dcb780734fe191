package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.transform.Taps.Part;
import dev.sluice.worker.contract.ImageInput.Filter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class TapsTest {

    private static String of(Taps taps, int made) {
        StringBuilder text = new StringBuilder(Integer.toString(taps.first()[made]));
        for (int k = 0; k < taps.count()[made]; k++) {
            text.append(String.format(Locale.ROOT, " %.4f", taps.weights()[made * taps.most() + k]));
        }
        return text.toString();
    }

    /** The weights of bilinear are those of Pillow's precompute_coeffs for the same sizes. */
    @ParameterizedTest
    @CsvSource({
        "BILINEAR,4,2,0,0 0.4286 0.4286 0.1429",
        "BILINEAR,4,2,1,1 0.1429 0.4286 0.4286",
        "BILINEAR,2,4,1,0 0.7500 0.2500",
        "AREA,4,2,1,2 0.5000 0.5000",
        "AREA,3,2,0,0 0.6667 0.3333",
        "NEAREST,4,2,1,3 1.0000"
    })
    void areThoseOfTheFilter(Filter filter, int size, int made, int which, String expected) {
        assertEquals(expected, of(Taps.of(filter, size, Part.whole(size, made), made), which));
    }

    @ParameterizedTest
    @EnumSource(Filter.class)
    void leaveWhatHasItsSizeAsItIs(Filter filter) {
        assertTrue(Taps.of(filter, 7, Part.whole(7, 7), 7).isIdentity());
    }

    @ParameterizedTest
    @EnumSource(Filter.class)
    void sumUpToOneAndStayWithinThePicture(Filter filter) {
        for (int size = 1; size < 40; size += 3) {
            for (int made = 1; made < 40; made += 4) {
                Taps taps = Taps.of(filter, size, Part.whole(size, made), made);
                for (int i = 0; i < made; i++) {
                    float sum = 0;
                    for (int k = 0; k < taps.count()[i]; k++) {
                        sum += taps.weights()[i * taps.most() + k];
                    }
                    assertEquals(1, sum, 1e-5, filter + " " + size + " to " + made);
                    assertTrue(taps.first()[i] >= 0 && taps.end(i) <= size, filter + " " + size + " to " + made);
                }
            }
        }
    }

    @Test
    void areNoneBesideThePicture() {
        Taps taps = Taps.of(Filter.BILINEAR, 4, new Part(-2, 1, 0, 8), 8);
        assertEquals(2, taps.from());
        assertEquals(6, taps.to());
        assertEquals(0, taps.count()[1]);
        assertEquals(0, taps.count()[6]);
    }
}
