package dev.sluice.worker.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
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
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.detection.Numbers;
import dev.sluice.worker.fake.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Crops that take a detector's candidates as its owner declares them. */
class DeclaredBoxesTest {

    private static final Kept KEPT = new Kept(0.5, 0.45, Suppression.PER_CLASS, 100);
    private static final Scores TWO_CLASSES = new Scores(Form.PER_CLASS, Activation.NONE, -1);
    private static final Scores CHOSEN = new Scores(Form.CHOSEN, Activation.NONE, -1);

    /** Middle, width, height and two scores of each, standing together. */
    private static final BoxesOutput YOLO = new BoxesOutput(
            new Places("out", "", "", "", true), new Box(Corners.CXCYWH, Units.PIXELS), TWO_CLASSES, KEPT);

    private static final BoxesOutput PARTS = new BoxesOutput(
            new Places("boxes", "logits", "", "", false), new Box(Corners.CXCYWH, Units.FRACTIONS), TWO_CLASSES, KEPT);

    private static final BoxesOutput OF_ONE = new BoxesOutput(
            new Places("boxes", "scores", "labels", "", false), new Box(Corners.YXYX, Units.PIXELS), CHOSEN, KEPT);

    private static final List<String> ALL = List.of("boxes", "index", "score", "class");

    private static Graphs models() {
        return new Graphs()
                .model("yolo", "picture FP32[-1,1,-1,-1] -> out FP32[-1,6,-1]")
                .declare("yolo", YOLO)
                .model("detr", "picture FP32[-1,1,4,4] -> boxes FP32[-1,2,4]; logits FP32[-1,2,2]")
                .declare("detr", PARTS)
                .model("lone", "picture FP32[1,4,4] -> boxes FP32[-1,4]; scores FP32[-1]; labels INT64[-1]")
                .declare("lone", OF_ONE)
                .model("plain", "picture FP32[-1,1,4,4] -> boxes FP32[-1,2,4]; logits FP32[-1,2,2]")
                .model("vague", "picture FP32[-1,1,4,4] -> out FP32[-1,-1,-1]")
                .declare("vague", YOLO)
                .model("words", "picture FP32[-1,1,4,4] -> out BYTES[-1,6,-1]")
                .declare("words", YOLO)
                .model("raw", "picture FP32[-1,1,4,4] -> out FP32[-1,6,9]")
                .model("half", "picture FP32[-1,1,-1,-1] -> small FP32[-1,1,-1,-1]")
                .model("sums", "picture FP32[-1,1,-1,-1] -> sum FP32[-1]");
    }

    private static Graphs found(String model, String crop) {
        return models().stages("found = " + model + "(picture)", "things = " + crop);
    }

    private static FakeStages begun(Graphs graph, Tensor picture) {
        FakeStages stages = new FakeStages(graph.outputs("things.boxes", "things.index", "things.score", "things.class")
                .plan());
        stages.begin(ALL, picture);
        return stages;
    }

    private static Tensor pictures(int count, int side) {
        return CroppingTest.floats("picture", new Shape(count, 1, side, side), new double[count * side * side]);
    }

    /** Each line a candidate: its numbers, as they stand one behind the other. */
    private static Tensor out(int pictures, double[]... candidates) {
        int each = candidates.length / pictures;
        double[] all = new double[6 * candidates.length];
        for (int i = 0; i < all.length; i++) {
            int picture = i / (6 * each);
            all[i] = candidates[picture * each + i % each][i / each % 6];
        }
        return CroppingTest.floats("out", new Shape(pictures, 6, each), all);
    }

    private static double[] candidate(double... numbers) {
        return numbers;
    }

    private static final double[] NOTHING = candidate(1, 1, 2, 2, 0.1, 0.2);

    private static String said(FakeStages stages) {
        InferenceResponse answer = assertInstanceOf(InferenceResponse.class, stages.outcome());
        return answer.outputs().stream()
                .map(tensor -> tensor.name() + tensor.shape() + numbers(tensor))
                .collect(Collectors.joining(" "));
    }

    private static List<Float> numbers(Tensor tensor) {
        return IntStream.range(0, (int) tensor.shape().elementCount())
                .mapToObj(i -> (float) Numbers.at(tensor, i))
                .toList();
    }

    @Test
    void candidatesBecomeTheBestBoxesOfEachPicture() {
        FakeStages stages = begun(found("yolo", "crop[2x2](image=picture, boxes=found)"), pictures(3, 4));
        assertEquals(List.of("out"), stages.asked("found").outputs());
        stages.answer(
                "found",
                out(
                        3,
                        candidate(1, 1, 2, 2, 0.6, 0.1),
                        candidate(3, 3, 2, 2, 0.1, 0.9),
                        candidate(3, 3, 2, 1.9, 0.1, 0.8), // which the one before overlaps
                        NOTHING,
                        NOTHING,
                        NOTHING,
                        NOTHING,
                        candidate(2, 2, 6, 2, 0.7, 0.2), // which the picture cuts off
                        NOTHING));
        assertEquals(
                "boxes[3,4][2.0, 2.0, 4.0, 4.0, 0.0, 0.0, 2.0, 2.0, 0.0, 1.0, 4.0, 3.0] index[3][0.0, 0.0, 2.0]"
                        + " score[3][0.9, 0.6, 0.7] class[3][1.0, 0.0, 0.0]",
                said(stages));
        assertEquals(
                3 * (2 * 3 * 28 + 8) + 3 * (4 * 4 + 8 + 4 + 8),
                stages.takenBytes,
                "for three boxes of each picture, and for the three that are left");
    }

    @Test
    void whereNothingIsFoundThereIsNoPiece() {
        FakeStages stages = begun(found("yolo", "crop[2x2](image=picture, boxes=found)"), pictures(2, 4));
        stages.answer("found", out(2, NOTHING, NOTHING));
        assertEquals("boxes[0,4][] index[0][] score[0][] class[0][]", said(stages));
        FakeStages none = begun(found("yolo", "crop[2x2](image=picture, boxes=found)"), pictures(1, 4));
        none.answer("found", out(1, new double[0][]));
        assertEquals("boxes[0,4][] index[0][] score[0][] class[0][]", said(none));
    }

    @Test
    void partsOfAPictureAndOnePictureWithoutRowsAreRead() {
        FakeStages parts = begun(found("detr", "crop[2x2](image=picture, boxes=found)"), pictures(1, 4));
        parts.answer(
                "found",
                CroppingTest.floats("boxes", new Shape(1, 2, 4), 0.5, 0.5, 0.5, 0.5, 0, 0, 1, 1),
                CroppingTest.floats("logits", new Shape(1, 2, 2), 0.1, 0.75, 0.2, 0.3));
        assertEquals("boxes[1,4][1.0, 1.0, 3.0, 3.0] index[1][0.0] score[1][0.75] class[1][1.0]", said(parts));
        FakeStages one = begun(
                found("lone", "crop[2x2](image=picture, boxes=found)"),
                CroppingTest.floats("picture", new Shape(1, 4, 4), new double[16]));
        one.answer(
                "found",
                CroppingTest.floats("boxes", new Shape(2, 4), 0, 1, 2, 3, 0, 0, 1, 1),
                CroppingTest.floats("scores", new Shape(2), 0.5, 0.25),
                Tensors.ofLongs("labels", new Shape(2), 7, 8));
        assertEquals("boxes[1,4][1.0, 0.0, 3.0, 2.0] index[1][0.0] score[1][0.5] class[1][7.0]", said(one));
    }

    @Test
    void aCropMayWantFewerAndMoreProbableOnes() {
        String crop = "crop[2x2, max_boxes 1, score_threshold 0.65](image=picture, boxes=found)";
        FakeStages stages = begun(found("yolo", crop), pictures(2, 4));
        stages.answer(
                "found",
                out(
                        2,
                        candidate(1, 1, 2, 2, 0.6, 0.1),
                        NOTHING,
                        candidate(1, 1, 2, 2, 0.7, 0.1),
                        candidate(3, 3, 2, 2, 0.1, 0.9)));
        assertEquals("boxes[1,4][2.0, 2.0, 4.0, 4.0] index[1][1.0] score[1][0.9] class[1][1.0]", said(stages));
    }

    @Test
    void boxesInASmallerPictureAreCutOutOfTheLargeOne() {
        FakeStages stages = new FakeStages(models().stages(
                        "little = half(photo)",
                        "found = yolo(little.small)",
                        "things = crop[2x2](image=photo, boxes=found, seen=little)")
                .outputs("things.boxes", "things.score")
                .plan());
        stages.begin(List.of("boxes"), CroppingTest.floats("photo", new Shape(1, 1, 8, 16), new double[8 * 16]));
        stages.answer("little", CroppingTest.floats("small", new Shape(1, 1, 4, 4), new double[16]));
        stages.answer("found", out(1, candidate(1, 1, 2, 2, 0.6, 0.1), candidate(3, 2.5, 2, 1, 0.1, 0.9)));
        assertEquals("boxes[2,4][8.0, 4.0, 16.0, 6.0, 0.0, 0.0, 8.0, 4.0]", said(stages));
    }

    @Test
    void picturesThatTheDetectorIsNotAskedAboutHaveNoBoxes() {
        FakeStages stages = begun(
                models().stages(
                                "bright = sums(picture)",
                                "found = yolo(picture) if bright.sum > 1",
                                "things = crop[2x2](image=picture, boxes=found)"),
                pictures(3, 4));
        stages.answer("bright", CroppingTest.floats("sum", new Shape(3), 0, 2, 3));
        assertEquals(2, stages.asked("found").rows());
        stages.answer("found", out(2, NOTHING, candidate(1, 1, 2, 2, 0.6, 0.1)));
        assertEquals(
                "boxes[1,4][0.0, 0.0, 2.0, 2.0] index[1][2.0] score[1][0.6] class[1][0.0]",
                said(stages),
                "as the client counts them");
        FakeStages dark = begun(
                models().stages(
                                "bright = sums(picture)",
                                "found = yolo(picture) if bright.sum > 1",
                                "things = crop[2x2](image=picture, boxes=found)"),
                pictures(1, 4));
        dark.answer("bright", CroppingTest.floats("sum", new Shape(1), 0));
        assertEquals("boxes[0,4][] index[0][] score[0][] class[0][]", said(dark));
    }

    @Test
    void twoCropsShareTheBoxesAndTensorsAreTakenAsTheyAre() {
        PipelinePlan plan = found("detr", "crop[2x2](image=picture, boxes=found)")
                .stages(
                        "large = crop[3x3](image=picture, boxes=found)",
                        "all = crop[3x3, cxcywh, fractions](image=picture, boxes=found.boxes)")
                .outputs("things.image", "l = large.image", "a = all.image")
                .plan();
        assertEquals(
                List.of("found", "all", "boxes of found", "things", "large"),
                plan.steps().stream().map(PipelinePlan.Step::name).toList());
        assertFalse(plan.signature().batched());
    }

    @Test
    void whatHasAnotherShapeThanWasDeclaredIsTold() {
        FakeStages stages = begun(found("yolo", "crop[2x2](image=picture, boxes=found)"), pictures(1, 4));
        stages.answer("found", CroppingTest.floats("out", new Shape(1, 4, 1), 1, 1, 2, 2));
        assertTrue(
                assertInstanceOf(InferenceError.InvalidRequest.class, stages.outcome())
                        .message()
                        .contains("it takes out FP32[-1,6,-1], and is given [1,4,1]"),
                stages.outcome().toString());
    }

    /** Where the model itself does not say how many numbers a box has, or has none. */
    @Test
    void whatDoesNotFitTheDeclarationIsTold() {
        FakeStages stages = begun(found("vague", "crop[2x2](image=picture, boxes=found)"), pictures(1, 4));
        stages.answer("found", CroppingTest.floats("out", new Shape(1, 4, 1), 1, 1, 2, 2));
        assertEquals(
                "stage boxes of found (transform.output): out [1,4,1]: a box has 4 numbers, and more than 4 are"
                        + " expected",
                assertInstanceOf(InferenceError.InvalidRequest.class, stages.outcome())
                        .message());
        assertEquals(0, stages.mostBytes);
        FakeStages words = begun(found("words", "crop[2x2](image=picture, boxes=found)"), pictures(1, 4));
        words.answer("found", Tensors.ofStrings("out", new Shape(1, 6, 1), "a", "b", "c", "d", "e", "f"));
        assertInstanceOf(InferenceError.InvalidRequest.class, words.outcome());
        assertEquals(2 * 28 + 8, words.takenBytes, "what was to be read is given back");
    }

    /** Two pictures of two hundred candidates, of each of which a hundred may be kept. */
    private static FakeStages crowd(long room) {
        double[][] candidates = new double[2 * 200][];
        Arrays.fill(candidates, NOTHING);
        candidates[7] = candidate(1, 1, 2, 2, 0.6, 0.1);
        FakeStages stages = begun(found("yolo", "crop[2x2](image=picture, boxes=found)"), pictures(2, 4));
        stages.roomBytes = room;
        stages.answer("found", out(2, candidates));
        return stages;
    }

    @Test
    void whatIsReadTakesItsRoomOnlyMeanwhile() {
        long boxes = 2 * (2 * 100 * 28 + 8);
        long read = 4 * (6 * 200 + 200);
        FakeStages stages = crowd(boxes + read);
        assertEquals("boxes[1,4][0.0, 0.0, 2.0, 2.0] index[1][0.0] score[1][0.6] class[1][0.0]", said(stages));
        assertEquals(boxes + read, stages.mostBytes);
        assertEquals(boxes + 4 * 4 + 8 + 4 + 8, stages.takenBytes);
        FakeStages full = crowd(boxes + read - 1);
        assertInstanceOf(InferenceError.Overloaded.class, full.outcome());
        assertEquals(boxes, full.takenBytes, "what was refused is not given back");
    }

    @Test
    void aDefectIsNoFaultOfWhoAsks() {
        Room broken = new Room() {
            @Override
            public void take(long bytes) {
                throw new IllegalArgumentException("on purpose");
            }

            @Override
            public void give(long bytes) {}

            @Override
            public boolean isOver() {
                return false;
            }
        };
        BoxDecoding decoding = new BoxDecoding(new DeclaredBoxes(YOLO), List.of(out(1, NOTHING)));
        assertThrows(IllegalArgumentException.class, () -> decoding.run(ALL, broken));
    }

    @Test
    void ofThePictureThatBoxesAreInNothingIsCopied() {
        FakeStages stages = new FakeStages(models().stages(
                        "bright = sums(photo)",
                        "little = half(photo)",
                        "found = yolo(little.small) if bright.sum > 1",
                        "things = crop[2x2](image=photo, boxes=found, seen=little)")
                .outputs("things.boxes", "things.index")
                .plan());
        stages.begin(List.of("boxes", "index"), CroppingTest.floats("photo", new Shape(3, 1, 2, 4), new double[24]));
        stages.answer("little", CroppingTest.floats("small", new Shape(3, 1, 16, 16), new double[768]));
        stages.answer("bright", CroppingTest.floats("sum", new Shape(3), 2, 0, 2));
        long before = stages.takenBytes;
        assertEquals(2 * 16 * 16 * 4, before, "which the detector is asked about");
        stages.answer("found", out(2, NOTHING, candidate(8, 8, 8, 8, 0.6, 0.1)));
        assertEquals("boxes[1,4][1.0, 0.5, 3.0, 1.5] index[1][2.0]", said(stages));
        assertEquals(2 * (2 * 28 + 8) + 2 * 2 * 4 * 4 + 4 * 4 + 8, stages.takenBytes - before);
    }

    @Test
    void aCircleHasOnlyStagesThatSomebodyWrote() {
        Graphs graph = models().stages("found = detr(things.image)", "things = crop[4x4](image=picture, boxes=found)");
        graph.outputs("things.boxes").read();
        assertEquals(
                Set.of("waits for itself (among found, things)"),
                Set.copyOf(graph.faults.byLine().values()));
    }

    @Test
    void whatIsNoBoxesIsRefused() {
        assertFault(
                "takes the boxes of found, whose model.yaml declares none (transform.output of kind boxes): say which"
                        + " of its outputs has them, [boxes FP32[-1,2,4], logits FP32[-1,2,2]]",
                found("plain", "crop[2x2](image=picture, boxes=found)"));
        assertFault(
                "takes boxes FP32[-1,6,9], and boxes are of shape [pictures,boxes,4], or [boxes,4] for one picture; those"
                        + " that a detector's model.yaml declares (transform.output of kind boxes) are meant by its"
                        + " stage alone, boxes=STAGE",
                found("raw", "crop[2x2](image=picture, boxes=found)"));
        assertFault(
                "takes boxes FP32[-1,2,2], and boxes are of shape",
                found("detr", "crop[2x2](image=picture, boxes=found.logits)"));
        assertFault(
                "says between its brackets what the numbers are of the boxes of found, which its model.yaml declares",
                found("yolo", "crop[2x2, cxcywh](image=picture, boxes=found)"));
        for (String said : List.of("xyxy", "pixels", "xyxy, pixels", "fractions")) {
            assertFault(
                    "says between its brackets what the numbers are of the boxes of found, which its model.yaml"
                            + " declares: leave that out",
                    found("detr", "crop[2x2, " + said + "](image=picture, boxes=found)"));
        }
        assertFault(
                "must say which input picture is for (with the boxes of found, which its model.yaml declares, it takes"
                        + " image and seen)",
                found("yolo", "crop[2x2](picture, boxes=found)"));
        assertFault("feeds boxes twice", found("detr", "crop[2x2](image=picture, boxes=found, boxes=found)"));
        assertFault(
                "takes score beside the boxes of found, which its model.yaml declares, and with these it takes but"
                        + " image and seen",
                found("detr", "crop[2x2](image=picture, boxes=found, score=found.logits)"));
        assertFault("feeds boxes twice", found("yolo", "crop[2x2](image=picture, boxes=found, boxes=more)"));
    }

    @Test
    void pixelsAreThoseOfAPictureThatTheDetectorIsGiven() {
        String[] stages = {"little = half(picture)", "found = yolo(little)"};
        String boxes =
                "cuts by the boxes of found, which its model.yaml declares, in a picture that found is given, and "
                        + "picture is none of those: name it, as seen=SOURCE";
        assertFault(boxes, models().stages(stages).stages("things = crop[2x2](image=picture, boxes=found)"));
        assertFault(
                boxes, models().stages(stages).stages("things = crop[2x2](image=little, boxes=found, seen=picture)"));
        models().stages(stages)
                .stages("things = crop[2x2](image=little.small, boxes=found)")
                .outputs("things.image")
                .plan();
        models().stages("little = half(picture)", "found = detr(little)")
                .stages("things = crop[2x2](image=picture, boxes=found)")
                .outputs("things.image")
                .plan();
    }

    private static void assertFault(String begin, Graphs graph) {
        graph.outputs("things.boxes").read();
        assertTrue(
                graph.faults.byLine().values().stream().anyMatch(fault -> fault.startsWith(begin)),
                graph.faults.byLine().toString());
    }
}
