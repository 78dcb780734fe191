package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.transform.TopClasses.Scored;
import dev.sluice.worker.contract.ClassOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TopClassesTest {

    private static List<Scored> top(ClassOutput how, List<String> labels, float... scores) {
        ByteBuffer data = ByteBuffer.allocate(scores.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(scores);
        return TopClasses.of(new Tensor("y", DataType.FP32, new Shape(1, scores.length), data), how, labels)
                .classes();
    }

    @Test
    void namesTheHighestFirstAndOfEqualsTheFirst() {
        assertEquals(
                List.of(new Scored("b", 0.5), new Scored("a", 0.25), new Scored("2", 0.25)),
                top(new ClassOutput("y", false, 3, 0), List.of("a", "b"), 0.25f, 0.5f, 0.25f, 0.1f));
    }

    /** As a stable sort would have them. */
    @Test
    void findsAsManyAsAreAskedForAmongMany() {
        Random random = new Random(7);
        float[] scores = new float[1000];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = random.nextInt(200);
        }
        List<String> sorted = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -scores[i]))
                .map(String::valueOf)
                .toList();
        for (int most : new int[] {1, 2, 10, 999, 1000, 2000}) {
            assertEquals(
                    sorted.subList(0, Math.min(most, 1000)),
                    top(new ClassOutput("y", false, most, 0), List.of(), scores).stream()
                            .map(Scored::label)
                            .toList());
        }
    }

    @Test
    void makesProbabilitiesOfWhateverSize() {
        List<Scored> classes = top(new ClassOutput("y", true, 9, 0), List.of(), 1000, 1000, -1000);
        assertEquals(List.of(new Scored("0", 0.5), new Scored("1", 0.5), new Scored("2", 0)), classes);
    }

    @Test
    void keepsQuietOfWhatIsBelowTheThresholdAndOfNan() {
        assertEquals(
                List.of(new Scored("1", 0.75)),
                top(new ClassOutput("y", false, 5, 0.5), List.of(), Float.NaN, 0.75f, 0.25f));
        assertTrue(top(new ClassOutput("y", false, 5, 0), List.of(), Float.NaN).isEmpty());
    }

    @Test
    void readsOtherFloats() {
        ByteBuffer half = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        half.putShort(0, Float.floatToFloat16(0.25f)).putShort(2, Float.floatToFloat16(0.5f));
        Tensor halves = new Tensor("y", DataType.FP16, new Shape(1, 2), half);
        assertEquals(
                new Scored("1", 0.5),
                TopClasses.of(halves, new ClassOutput("y", false, 1, 0), List.of())
                        .classes()
                        .getFirst());
        ByteBuffer whole = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(0, 0.1);
        Tensor doubles = new Tensor("y", DataType.FP64, new Shape(1, 1), whole);
        assertEquals(
                new Scored("0", 0.1),
                TopClasses.of(doubles, new ClassOutput("y", false, 1, 0), List.of())
                        .classes()
                        .getFirst());
    }
}
