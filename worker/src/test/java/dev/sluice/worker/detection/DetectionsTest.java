package dev.sluice.worker.detection;

import static dev.sluice.worker.detection.DetectorOutputs.ALL;
import static dev.sluice.worker.detection.DetectorOutputs.APART;
import static dev.sluice.worker.detection.DetectorOutputs.CLASSES;
import static dev.sluice.worker.detection.DetectorOutputs.LAST;
import static dev.sluice.worker.detection.DetectorOutputs.TOGETHER;
import static dev.sluice.worker.detection.DetectorOutputs.how;
import static dev.sluice.worker.detection.DetectorOutputs.lines;
import static dev.sluice.worker.detection.DetectorOutputs.named;
import static dev.sluice.worker.detection.DetectorOutputs.scores;
import static dev.sluice.worker.detection.DetectorOutputs.tensor;
import static dev.sluice.worker.detection.DetectorOutputs.turned;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BoxesOutput;
import dev.sluice.worker.contract.BoxesOutput.Activation;
import dev.sluice.worker.contract.BoxesOutput.Box;
import dev.sluice.worker.contract.BoxesOutput.Corners;
import dev.sluice.worker.contract.BoxesOutput.Form;
import dev.sluice.worker.contract.BoxesOutput.Kept;
import dev.sluice.worker.contract.BoxesOutput.Places;
import dev.sluice.worker.contract.BoxesOutput.Scores;
import dev.sluice.worker.contract.BoxesOutput.Suppression;
import dev.sluice.worker.contract.BoxesOutput.Units;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class DetectionsTest {

    private static final float NAN = Float.NaN;
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    /** Numbers that every type of float has exactly, so that many boxes are equally probable. */
    private static float[] line(Random random, int classes) {
        float[] line = new float[4 + classes];
        line[0] = random.nextInt(100);
        line[1] = random.nextInt(100);
        line[2] = line[0] + 2 * random.nextInt(1, 20);
        line[3] = line[1] + 2 * random.nextInt(1, 20);
        for (int i = 4; i < line.length; i++) {
            line[i] = random.nextInt(65) / 64f;
        }
        return line;
    }

    private static Found found(float[] line) {
        int best = 4;
        for (int i = 5; i < line.length; i++) {
            best = line[i] > line[best] ? i : best;
        }
        return new Found(line[0], line[1], line[2], line[3], line[best], best - 4);
    }

    private static Stream<Arguments> everyWay() {
        return Stream.of(Suppression.values())
                .flatMap(suppression -> Stream.of(DataType.FP16, DataType.FP32, DataType.FP64)
                        .flatMap(type -> Stream.of(false, true).map(last -> Arguments.of(suppression, type, last))));
    }

    @ParameterizedTest
    @MethodSource("everyWay")
    void keepsWhatTheDefinitionKeeps(Suppression suppression, DataType type, boolean last) {
        for (int seed = 0; seed < 50; seed++) {
            Random random = new Random(seed);
            int classes = random.nextInt(1, 5);
            float[][] lines = new float[random.nextInt(1, 300)][];
            List<Found> all = new ArrayList<>();
            for (int i = 0; i < lines.length; i++) {
                lines[i] = line(random, classes);
                all.add(found(lines[i]));
            }
            List<Found> expected = Found.kept(all, 0.5, 0.25, suppression);
            int most = random.nextInt(1, expected.size() + 2);
            BoxesOutput how = how(last ? LAST : TOGETHER, CLASSES, new Kept(0.5, 0.25, suppression, most));
            assertEquals(
                    expected.subList(0, Math.min(most, expected.size())),
                    DetectorOutputs.found(how, last ? turned("boxes", type, lines) : lines("boxes", type, lines)),
                    "seed " + seed);
        }
    }

    @ParameterizedTest
    @CsvSource({"XYXY,10,20,40,80", "YXYX,20,10,80,40", "XYWH,10,20,30,60", "CXCYWH,25,50,30,60"})
    void readsCorners(Corners corners, float a, float b, float c, float d) {
        BoxesOutput how = new BoxesOutput(TOGETHER, new Box(corners, Units.PIXELS), CLASSES, ALL);
        assertEquals(
                List.of(new Found(10, 20, 40, 80, 0.5f, 1)),
                DetectorOutputs.found(how, lines("boxes", DataType.FP32, new float[] {a, b, c, d, 0, 0.5f})));
    }

    @Test
    void multipliesByObjectness() {
        BoxesOutput how = how(TOGETHER, scores(Form.OBJECTNESS), ALL);
        assertEquals(
                List.of(new Found(1, 2, 3, 4, 0.375f, 1)),
                DetectorOutputs.found(
                        how, lines("boxes", DataType.FP32, new float[] {1, 2, 3, 4, 0.5f, 0.25f, 0.75f}, new float[] {
                            1, 2, 3, 4, 0.25f, 0.25f, 0.75f
                        })));
    }

    @Test
    void makesProbabilitiesOfScores() {
        float[] line = {1, 2, 3, 4, 0.5f, -1, 1, 2};
        Scores sigmoid = new Scores(Form.OBJECTNESS, Activation.SIGMOID, -1);
        List<Found> found = DetectorOutputs.found(how(TOGETHER, sigmoid, ALL), lines("boxes", DataType.FP32, line));
        assertEquals(
                1 / (1 + Math.exp(-0.5)) / (1 + Math.exp(-2)), found.getFirst().score(), 1e-6);
        assertEquals(2, found.getFirst().classOf());
        Scores softmax = new Scores(Form.PER_CLASS, Activation.SOFTMAX, 3);
        List<Found> part = DetectorOutputs.found(
                how(TOGETHER, softmax, new Kept(0, 0.5, Suppression.NONE, 5)), lines("boxes", DataType.FP32, line));
        double sum = Math.exp(0.5) + Math.exp(-1) + Math.exp(1) + Math.exp(2);
        assertEquals(Math.exp(1) / sum, part.getFirst().score(), 1e-6, "the background is a part of the whole");
        assertEquals(2, part.getFirst().classOf());
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    void theBackgroundIsNoClass(Activation activation) {
        Scores scores = new Scores(Form.PER_CLASS, activation, 0);
        Kept kept = new Kept(0, 0.5, Suppression.NONE, 5);
        List<Found> found = DetectorOutputs.found(
                how(LAST, scores, kept), turned("boxes", DataType.FP32, new float[] {1, 2, 3, 4, 0.9f, 0.1f, 0.3f}));
        assertEquals(List.of(2), found.stream().map(Found::classOf).toList());
    }

    @Test
    void scoresMayStandApart() {
        float[] corners = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
        float[] classes = {0, 0.5f, 1, 0, 0.5f, 0, 0, 0.75f};
        List<Detections> rows = Detections.of(
                named(
                        tensor("boxes", DataType.FP32, new Shape(2, 2, 4), corners),
                        tensor("scores", DataType.FP64, new Shape(2, 2, 2), classes)),
                how(APART, CLASSES, ALL));
        assertEquals(
                List.of(
                        List.of(new Found(5, 6, 7, 8, 1, 0), new Found(1, 2, 3, 4, 0.5f, 1)),
                        List.of(new Found(13, 14, 15, 16, 0.75f, 1), new Found(9, 10, 11, 12, 0.5f, 0))),
                rows.stream().map(Found::of).toList());
    }

    @Test
    void oneClassNeedsNoAxis() {
        assertEquals(
                List.of(new Found(5, 6, 7, 8, 0.5f, 0)),
                DetectorOutputs.found(
                        how(APART, CLASSES, ALL),
                        tensor("boxes", DataType.FP32, new Shape(2, 4), 1, 2, 3, 4, 5, 6, 7, 8),
                        tensor("scores", DataType.FP32, new Shape(2), 0, 0.5f)));
    }

    @Test
    void takesWhatTheModelHasChosen() {
        BoxesOutput how = how(
                new Places("boxes", "scores", "classes", "count", false),
                new Scores(Form.CHOSEN, Activation.NONE, 7),
                new Kept(0.25, 0.5, Suppression.NONE, 10));
        float[] same = {1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4};
        for (DataType type : List.of(DataType.INT64, DataType.INT32, DataType.UINT8, DataType.FP32)) {
            float none = type == DataType.UINT8 ? 7 : -1;
            assertEquals(
                    List.of(new Found(1, 2, 3, 4, 0.75f, 2), new Found(1, 2, 3, 4, 0.5f, 9)),
                    DetectorOutputs.found(
                            how,
                            tensor("boxes", DataType.FP32, new Shape(1, 6, 4), same),
                            tensor("scores", DataType.FP32, new Shape(1, 6), 0.5f, 0.75f, 1, 1, 0.125f, 1),
                            tensor("classes", type, new Shape(1, 6), 9, 2, none, 7, 2, 2),
                            tensor("count", type, new Shape(1, 1), 5)),
                    "the third has no class, the fourth is background, the fifth improbable, the sixth not counted");
        }
    }

    @Test
    void scoreAndClassMayStandBehindTheBox() {
        assertEquals(
                List.of(new Found(1, 2, 3, 4, 0.75f, 3), new Found(1, 2, 3, 4, 0.5f, 1)),
                DetectorOutputs.found(
                        how(TOGETHER, scores(Form.CHOSEN), new Kept(0.25, 0.5, Suppression.NONE, 10)),
                        lines("boxes", DataType.FP32, new float[] {1, 2, 3, 4, 0.5f, 1}, new float[] {
                            1, 2, 3, 4, 0.75f, 3
                        })));
    }

    @ParameterizedTest
    @CsvSource({"-1,0", "0,0", "1,1", "2,2", "99,2", "NaN,0", "Infinity,2"})
    void aCountIsNoMoreThanThereIsRoomFor(float said, int expected) {
        BoxesOutput how = how(new Places("boxes", "", "", "count", false), CLASSES, ALL);
        float[] line = {1, 2, 3, 4, 1, 0};
        float[] other = {11, 12, 13, 14, 1, 0};
        assertEquals(
                expected,
                DetectorOutputs.found(
                                how,
                                lines("boxes", DataType.FP32, line, other),
                                tensor("count", DataType.FP32, new Shape(1), said))
                        .size());
    }

    private static Stream<float[]> noBoxes() {
        return Stream.of(
                new float[] {0, 2, 3, 4, NAN, 0.5f},
                new float[] {0, 2, 3, 4, INFINITY, 0.5f},
                new float[] {0, 2, 3, 4, -INFINITY, -INFINITY},
                new float[] {NAN, 2, 3, 4, 1, 1},
                new float[] {1, 2, INFINITY, 4, 1, 1},
                new float[] {-INFINITY, 2, INFINITY, 4, 1, 1},
                new float[] {INFINITY, 2, INFINITY, 4, 1, 1},
                new float[] {1, 2, 1, 4, 1, 1},
                new float[] {1, 2, 3, 2, 1, 1},
                new float[] {3, 2, 1, 4, 1, 1},
                new float[] {1, 4, 3, 2, 1, 1},
                new float[] {-Float.MAX_VALUE, 0, Float.MAX_VALUE, 1, 1, 1});
    }

    @ParameterizedTest
    @MethodSource("noBoxes")
    void whatIsNoBoxIsLeftOutAndHidesNothing(float[] none) {
        for (Activation activation : Activation.values()) {
            Scores scores = new Scores(Form.PER_CLASS, activation, -1);
            Kept kept = new Kept(0, 0, Suppression.ACROSS_CLASSES, 10);
            float[] box = {1, 2, 3, 4, 0.125f, 0};
            List<Found> found =
                    DetectorOutputs.found(how(TOGETHER, scores, kept), lines("boxes", DataType.FP32, none, box));
            assertEquals(List.of(1f), found.stream().map(Found::left).toList(), activation.toString());
            assertEquals(List.of(3f), found.stream().map(Found::right).toList(), activation.toString());
        }
    }

    @Test
    void whatIsLessThanImprobableIsLeftOut() {
        Kept kept = new Kept(0, 0.5, Suppression.NONE, 10);
        assertEquals(
                List.of(new Found(5, 6, 7, 8, 0, 0)),
                DetectorOutputs.found(
                        how(TOGETHER, CLASSES, kept),
                        lines("boxes", DataType.FP32, new float[] {1, 2, 3, 4, -1}, new float[] {5, 6, 7, 8, -0f})));
    }

    @Test
    void aClassWithoutANumberIsNone() {
        assertEquals(
                List.of(),
                DetectorOutputs.found(
                        how(TOGETHER, scores(Form.CHOSEN), ALL),
                        lines("boxes", DataType.FP32, new float[] {1, 2, 3, 4, 1, NAN}, new float[] {1, 2, 3, 4, 1, 1e9f
                        })));
    }

    @Test
    void areasAreNeverTooLarge() {
        float far = 1e38f;
        assertEquals(
                1,
                DetectorOutputs.found(
                                how(TOGETHER, CLASSES, ALL),
                                lines("boxes", DataType.FP32, new float[] {0, 0, far, far, 1}, new float[] {
                                    0, 0, far, far, 0.5f
                                }))
                        .size());
    }

    @Test
    void nothingIsFoundAmongNothing() {
        assertEquals(List.of(), DetectorOutputs.found(how(TOGETHER, CLASSES, ALL), lines("boxes", DataType.FP32)));
        assertEquals(
                List.of(),
                Detections.of(named(tensor("boxes", DataType.FP32, new Shape(0, 9, 6))), how(TOGETHER, CLASSES, ALL)));
        assertEquals(
                List.of(),
                DetectorOutputs.found(
                        how(TOGETHER, CLASSES, ALL), lines("boxes", DataType.FP32, new float[] {1, 2, 3, 4, 0.2f})));
    }

    @Test
    void ofEquallyProbableOnesTheFirstIsBetter() {
        float[][] lines = new float[1000][];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = new float[] {10 * i, 0, 10 * i + 5, 5, i % 2 == 0 ? 0.5f : 0.75f, -0f};
        }
        List<Found> found = DetectorOutputs.found(how(LAST, CLASSES, ALL), turned("boxes", DataType.FP32, lines));
        for (int i = 0; i < found.size(); i++) {
            assertEquals(
                    (float) (i < 500 ? 20 * i + 10 : 20 * (i - 500)),
                    found.get(i).left());
        }
    }

    @Test
    void ofTooManyTheBestAreLookedAt() {
        int count = 4 * Candidates.MOST;
        float[][] lines = new float[count][];
        Random random = new Random(1);
        List<Found> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            float left = 2 * i;
            lines[i] = new float[] {left, 0, left + 1, 1, random.nextInt(1 << 20) / (float) (1 << 20)};
            all.add(new Found(left, 0, left + 1, 1, lines[i][4], 0));
        }
        all.sort((a, b) -> Float.compare(b.score(), a.score()));
        Kept none = new Kept(0, 0.5, Suppression.NONE, count);
        assertEquals(
                all.subList(0, Candidates.MOST),
                DetectorOutputs.found(how(TOGETHER, CLASSES, none), lines("boxes", DataType.FP32, lines)));
    }

    @Test
    void otherTypesAreNotRead() {
        assertTrue(Detections.isRead(DataType.FP16));
        BoxesOutput how = how(TOGETHER, CLASSES, ALL);
        for (DataType type : DataType.values()) {
            if (!Detections.isRead(type) && type != DataType.BYTES) {
                assertThrows(
                        IllegalArgumentException.class,
                        () -> DetectorOutputs.found(how, tensor("boxes", type, new Shape(1, 1, 5), 1, 2, 3, 4, 1)),
                        type::toString);
            }
        }
    }
}
