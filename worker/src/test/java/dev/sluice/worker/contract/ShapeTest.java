package dev.sluice.worker.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Dimensions: how many elements they hold, and which fit which. */
class ShapeTest {

    private static Shape shape(String dimensions) {
        return new Shape(Arrays.stream(dimensions.split(" "))
                .filter(text -> !text.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray());
    }

    @ParameterizedTest
    @CsvSource({
        "'', 1",
        "7, 7",
        "2 3 4, 24",
        "2 0 8, 0",
        "4611686018427387904 4 0, 0",
        "9223372036854775807, 9223372036854775807"
    })
    void countsElements(String dimensions, long count) {
        assertEquals(count, shape(dimensions).elementCount());
    }

    @ParameterizedTest
    @CsvSource({"16 1152921504606846978", "4294967296 4294967296", "9223372036854775807 2"})
    void saysWhenElementsAreBeyondALong(String dimensions) {
        assertThrows(ArithmeticException.class, () -> shape(dimensions).elementCount());
    }

    @ParameterizedTest
    @CsvSource({
        "'', '', true",
        "3, 3, true",
        "3, 4, false",
        "-1, 4, true",
        "-1, 0, true",
        "-1 2, 4 2, true",
        "-1 2, 4 3, false",
        "-1 2, 4, false",
        "-1, '', false",
        "'', 1, false"
    })
    void acceptsWhatFits(String spec, String concrete, boolean fits) {
        assertEquals(fits, shape(spec).accepts(shape(concrete)));
    }

    @ParameterizedTest
    @CsvSource({"'', '', true", "1, 9, true", "1 2, 9 2, true", "1 2, 1 3, false", "1, 1 1, false", "'', 1, false"})
    void comparesWhatIsBeyondTheRows(String one, String other, boolean same) {
        assertEquals(same, shape(one).sameBeyondRows(shape(other)));
        assertEquals(same, shape(other).sameBeyondRows(shape(one)));
    }

    @Test
    void changesNothingButTheRows() {
        Shape shape = shape("5 2");
        assertEquals(shape("9 2"), shape.withRows(9));
        assertEquals(shape("5 2"), shape);
    }

    @Test
    void refusesDimensionsBelowMinusOne() {
        assertThrows(IllegalArgumentException.class, () -> new Shape(1, -2));
    }

    @Test
    void isWrittenAsUsersWriteIt() {
        assertEquals("[1,28,-1]", shape("1 28 -1").toString());
        assertEquals("[]", Shape.SCALAR.toString());
    }
}
