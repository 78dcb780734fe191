package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.transform.DetectedObjects.Box;
import dev.sluice.gateway.transform.DetectedObjects.Found;
import dev.sluice.gateway.transform.PictureFrame.Axis;
import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Activation;
import dev.sluice.worker.contract.BoxesOutput.Corners;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.BoxesOutput.Kept;
import dev.sluice.worker.contract.BoxesOutput.Places;
import dev.sluice.worker.contract.BoxesOutput.Scores;
import dev.sluice.worker.contract.BoxesOutput.Suppression;
import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DetectedObjectsTest {

    private static final List<String> LABELS = List.of("cat", "dog");

    /** A picture of 200 x 100 pixels in the middle of one of 100 x 100. */
    private static final PictureFrame FRAME = new PictureFrame(200, 100, new Axis(0, 2, 100), new Axis(-50, 2, 100));

    private static BoxesOutput how(Units units) {
        return new BoxesOutput(
                new Places("y", "", "", "", false),
                new BoxesOutput.Box(Corners.XYXY, units),
                new Scores(Form.CHOSEN, Activation.NONE, -1),
                new Kept(0.25, 0.5, Suppression.NONE, 10));
    }

    private static Tensor boxes(int rows, float... numbers) {
        ByteBuffer data = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(numbers);
        return new Tensor("y", DataType.FP32, new Shape(rows, numbers.length / 6 / rows, 6), data);
    }

    private static List<Found> found(Units units, @Nullable PictureFrame frame, float... numbers) {
        List<DetectedObjects> rows =
                DetectedObjects.of(List.of(boxes(1, numbers)), how(units), LABELS, frame, () -> false);
        assertEquals(1, rows.size());
        assertEquals(frame, rows.getFirst().picture());
        return rows.getFirst().objects();
    }

    @Test
    void pixelsOfTheModelsPictureBecomeThoseOfTheOneThatWasSent() {
        assertEquals(
                List.of(new Found("dog", 0.5, new Box(20, 10, 40, 60))),
                found(Units.PIXELS, FRAME, 10, 30, 30, 60, 0.5f, 1));
    }

    @Test
    void partsOfTheModelsPictureDoAsWell() {
        assertEquals(
                List.of(new Found("cat", 0.5, new Box(50, 0, 100, 50))),
                found(Units.FRACTIONS, FRAME, 0.25f, 0.25f, 0.75f, 0.5f, 0.5f, 0));
    }

    @Test
    void whatLiesBesideThePictureIsCutOff() {
        assertEquals(
                List.of(new Found("cat", 1, new Box(0, 0, 200, 100)), new Found("cat", 0.75, new Box(190, 90, 10, 10))),
                found(Units.PIXELS, FRAME, -5, 0, 105, 100, 1, 0, 95, 70, 120, 90, 0.75f, 0, 10, 1, 20, 20, 0.5f, 1),
                "the third lies wholly above it");
    }

    @Test
    void withoutAPictureTheyStayInTheModelsUnits() {
        assertEquals(
                List.of(new Found("7", 0.5, new Box(-1, 2, 4, 8))), found(Units.PIXELS, null, -1, 2, 3, 10, 0.5f, 7));
        assertEquals(
                List.of(new Found("dog", 0.5, new Box(0.25, 0.5, 0.5, 0.25))),
                found(Units.FRACTIONS, null, 0.25f, 0.5f, 0.75f, 0.75f, 0.5f, 1));
    }

    @Test
    void eachRowHasItsOwn() {
        List<DetectedObjects> rows = DetectedObjects.of(
                List.of(boxes(2, 1, 2, 3, 4, 0.125f, 0, 5, 6, 7, 8, 1, 1)),
                how(Units.PIXELS),
                LABELS,
                null,
                () -> false);
        assertEquals(
                List.of(List.of(), List.of(new Found("dog", 1, new Box(5, 6, 2, 2)))),
                rows.stream().map(DetectedObjects::objects).toList());
    }

    @Test
    void readsNothingElse() {
        Tensor other = new Tensor("z", DataType.FP32, new Shape(0), ByteBuffer.allocate(0));
        assertFalse(DetectedObjects.areIn(List.of(other), how(Units.PIXELS)));
        assertTrue(DetectedObjects.areIn(List.of(other, boxes(1, 1, 2, 3, 4, 1, 1)), how(Units.PIXELS)));
        Tensor misfit = new Tensor("y", DataType.FP32, new Shape(1, 1, 7), ByteBuffer.allocate(28));
        String said = assertThrows(
                        InferenceException.class,
                        () -> DetectedObjects.of(List.of(misfit), how(Units.PIXELS), LABELS, null, () -> false))
                .error()
                .message();
        assertTrue(said.contains("a box has 7 numbers, and 6 are expected"), said);
    }

    @Test
    void areNotLookedForAmongManyWhenNobodyWaits() {
        float[] numbers = new float[1500 * 6];
        for (int box = 0; box < 1500; box++) {
            Arrays.fill(numbers, box * 6 + 2, box * 6 + 5, 1); // of 1 x 1, and sure
        }
        Tensor many = boxes(1, numbers);
        BoxesOutput all = how(Units.PIXELS);
        BoxesOutput how =
                new BoxesOutput(all.places(), all.box(), all.scores(), new Kept(0.25, 0.5, Suppression.PER_CLASS, 10));
        assertEquals(
                1,
                DetectedObjects.of(List.of(many), how, LABELS, null, () -> false)
                        .getFirst()
                        .objects()
                        .size());
        AtomicInteger asked = new AtomicInteger();
        InferenceError error = assertThrows(
                        InferenceException.class,
                        () -> DetectedObjects.of(List.of(many), how, LABELS, null, () -> asked.incrementAndGet() > 1))
                .error();
        assertEquals(new InferenceError.Cancelled(), error);
    }
}
