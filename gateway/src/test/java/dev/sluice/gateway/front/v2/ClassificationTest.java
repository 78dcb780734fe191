package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which elements are the highest, in which order, and how they are written. */
class ClassificationTest {

    private static final Description ROWS = new Description("test", Decoding.ROWS, List.of(), 8, 1, "nowhere");
    private static final Description LABELLED =
            new Description("test", Decoding.ROWS, List.of("zero", "öne", "two"), 8, 1, "nowhere");

    private static Tensor floats(Shape shape, float... values) {
        ByteBuffer data = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            data.putFloat(value);
        }
        return new Tensor("y", DataType.FP32, shape, data.flip());
    }

    private static Tensor row(float... values) {
        return floats(new Shape(1, values.length), values);
    }

    private static List<String> strings(Tensor tensor) {
        assertEquals(DataType.BYTES, tensor.dataType());
        List<String> strings = new ArrayList<>();
        ByteBuffer data = tensor.data();
        for (int at = data.position(); at < data.limit(); ) {
            byte[] bytes = new byte[data.getInt(at)];
            data.get(at + DataType.LENGTH_PREFIX_BYTES, bytes);
            strings.add(new String(bytes, StandardCharsets.UTF_8));
            at += DataType.LENGTH_PREFIX_BYTES + bytes.length;
        }
        assertEquals(tensor.shape().elementCount(), strings.size());
        return strings;
    }

    private static List<String> classes(Tensor output, int classes) {
        return strings(Classification.of(output, classes, ROWS));
    }

    @Test
    void theHighestStandFirst() {
        Tensor output = floats(new Shape(2, 4), 0.1f, 0.7f, -3, 0.2f, 9, 8, 10, -1);
        Tensor classes = Classification.of(output, 2, ROWS);
        assertArrayEquals(new long[] {2, 2}, classes.shape().dimensions());
        assertEquals(List.of("0.700000:1", "0.200000:3", "10.000000:2", "9.000000:0"), strings(classes));
    }

    @Test
    void ofEqualsTheFirstStandsFirst() {
        assertEquals(List.of("5.000000:1", "5.000000:2"), classes(row(1, 5, 5, 5, 1), 2));
        assertEquals(List.of("0.000000:0", "0.000000:1", "0.000000:2"), classes(row(0, 0, 0), 3));
    }

    /** Held to a sort of all elements, in every order that matters: up, down, many equals. */
    @Test
    void theHighestAreThoseThatStandFirstAfterASort() {
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            float[] values = new float[random.nextInt(50)];
            int different = 1 + random.nextInt(30);
            for (int i = 0; i < values.length; i++) {
                values[i] = round % 3 == 0 ? i : round % 3 == 1 ? -i : random.nextInt(different);
            }
            int classes = 1 + random.nextInt(20);
            List<Integer> sorted = IntStream.range(0, values.length)
                    .boxed()
                    .sorted(Comparator.comparingDouble(index -> -values[index]))
                    .limit(classes)
                    .toList();
            assertEquals(sorted, indices(classes(row(values), classes)));
        }
    }

    @Test
    void zeroAndMinusZeroAreEqual() {
        assertEquals(List.of("-0.000000:0", "0.000000:1"), classes(row(-0f, 0f), 2));
    }

    @Test
    void notANumberIsLowerThanAllNumbers() {
        float least = Float.NEGATIVE_INFINITY;
        assertEquals(List.of("1.000000:2"), classes(row(Float.NaN, -1, 1, Float.NaN), 1));
        assertEquals(List.of(2, 1, 0, 3), indices(classes(row(Float.NaN, least, 1, Float.NaN), 4)));
    }

    private static List<Integer> indices(List<String> classes) {
        return classes.stream()
                .map(each -> Integer.valueOf(each.substring(each.indexOf(':') + 1)))
                .toList();
    }

    @Test
    void labelsFollowWhereThereAreAny() {
        assertEquals(
                List.of("4.000000:3", "3.000000:2:two", "2.000000:1:öne", "1.000000:0:zero"),
                strings(Classification.of(row(1, 2, 3, 4), 4, LABELLED)));
    }

    @Test
    void moreClassesThanElementsAreAllElements() {
        Tensor classes = Classification.of(row(1, 2), 1000, ROWS);
        assertArrayEquals(new long[] {1, 2}, classes.shape().dimensions());
        assertEquals(List.of("2.000000:1", "1.000000:0"), strings(classes));
    }

    @Test
    void withoutRowsOrElementsThereAreNoClasses() {
        Tensor noRows = Classification.of(floats(new Shape(0, 5)), 3, ROWS);
        assertArrayEquals(new long[] {0, 3}, noRows.shape().dimensions());
        assertEquals(List.of(), strings(noRows));
        Tensor noElements = Classification.of(floats(new Shape(4, 0)), 3, ROWS);
        assertArrayEquals(new long[] {4, 0}, noElements.shape().dimensions());
        assertEquals(List.of(), strings(noElements));
    }

    @Test
    void axesBehindTheRowsCountAsOne() {
        Tensor output = floats(new Shape(2, 2, 2), 1, 2, 3, 4, 8, 7, 6, 5);
        assertEquals(List.of("4.000000:3", "8.000000:0"), classes(output, 1));
    }

    @Test
    void withoutRowsEverythingIsOneRow() {
        Description whole = new Description("test", Decoding.one(DataType.FP32, 2), List.of(), 1, 1, "nowhere");
        Tensor classes = Classification.of(floats(new Shape(2, 2), 1, 2, 3, 0), 3, whole);
        assertArrayEquals(new long[] {3}, classes.shape().dimensions());
        assertEquals(List.of("3.000000:2", "2.000000:1", "1.000000:0"), strings(classes));
    }

    @Test
    void elementsAreTakenFromWhereTheDataBegins() {
        Tensor both = floats(new Shape(2, 2), 1, 2, 4, 3);
        assertEquals(List.of("4.000000:0"), classes(both.view(1, 8, 8), 1));
        Tensor positioned =
                new Tensor("y", DataType.FP32, new Shape(1, 2), both.data().position(8));
        assertEquals(List.of("4.000000:0"), classes(positioned, 1));
    }

    @ParameterizedTest
    @CsvSource({
        "BOOL, 1.000000:1",
        "INT8, 1.000000:1",
        "INT16, 1.000000:1",
        "INT32, 1.000000:1",
        "INT64, 1.000000:1",
        "UINT8, 255.000000:2",
        "UINT16, 65535.000000:2",
        "UINT32, 4294967295.000000:2",
        "UINT64, 18446744073709551616.000000:2"
    })
    void integersAreComparedWithOrWithoutSign(DataType type, String highest) {
        int size = type.elementBytes();
        ByteBuffer data = ByteBuffer.allocate(3 * size).order(ByteOrder.LITTLE_ENDIAN);
        data.put(size, (byte) 1);
        for (int at = 2 * size; type != DataType.BOOL && at < 3 * size; at++) {
            data.put(at, (byte) -1);
        }
        assertEquals(List.of(highest), classes(new Tensor("y", type, new Shape(1, 3), data), 1));
    }

    @Test
    void longIntegersThatOneDoubleStandsForAreToldApart() {
        for (DataType type : new DataType[] {DataType.INT64, DataType.UINT64}) {
            ByteBuffer data = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
            data.putLong((1L << 60) - 1).putLong(1L << 60).putLong((1L << 60) + 1);
            Tensor output = new Tensor("y", type, new Shape(1, 3), data.flip());
            assertEquals(List.of(2, 1, 0), indices(classes(output, 3)));
        }
    }

    @ParameterizedTest
    @CsvSource({"FP16, 3C00, 4000", "BF16, 3F80, 4000"})
    void halfFloatsAreComparedByValue(DataType type, String one, String two) {
        ByteBuffer data = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN);
        data.putShort((short) Integer.parseInt(one, 16)).putShort((short) 0x8000);
        data.putShort((short) Integer.parseInt(two, 16));
        assertEquals(
                List.of("2.000000:2", "1.000000:0"), classes(new Tensor("y", type, new Shape(1, 3), data.flip()), 2));
    }

    @Test
    void doublesAreComparedAsDoubles() {
        ByteBuffer data = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        data.putDouble(1).putDouble(Math.nextUp(1.0));
        assertEquals(List.of("1.000000:1"), classes(new Tensor("y", DataType.FP64, new Shape(1, 2), data.flip()), 1));
    }

    @Test
    void stringsHaveNoClasses() {
        Tensor strings = new Tensor("y", DataType.BYTES, new Shape(0), ByteBuffer.allocate(0));
        assertThrows(InferenceException.class, () -> Classification.of(strings, 1, ROWS));
    }
}
