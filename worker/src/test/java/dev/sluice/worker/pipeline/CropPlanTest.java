package dev.sluice.worker.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CropPlanTest {

    private static Graphs models() {
        return new Graphs()
                .model("finder", "picture FP32[-1,3,64,64] -> boxes FP32[-1,50,4]; score FP32[-1,50]; n INT64[-1]")
                .model("lone", "picture FP32[3,64,64] -> boxes FP32[-1,4]; score FP32[-1]")
                .model("open", "picture FP32[-1,-1,-1,-1] -> boxes FP32[-1,-1,4]; mask FP32[-1,-1,7,7]")
                .model("kind", "x FP32[-1,3,24,32] -> label INT64[-1]; parts FP32[-1,10]")
                .model("other", "x FP32[-1,3,24,32] -> label INT64[-1]; parts FP32[-1,9]")
                .model("total", "x INT64[-1] -> y INT64[-1]")
                .model("ints", "x INT64[-1,3,24,32] -> y INT64[-1]");
    }

    private static Graphs faces(String crop) {
        return models().stages("found = finder(picture)", "faces = " + crop, "kind = kind(faces.image)");
    }

    @Test
    void whatComesOutOfACropIsOneRowForEachBox() {
        PipelinePlan plan = faces("crop[32x24](image=picture, boxes=found.boxes, count=found.n, score=found.score)")
                .outputs("faces.boxes", "faces.index", "faces.score", "kind.label", "whole=found.score")
                .plan();
        assertEquals("[picture FP32[-1,3,64,64]]", plan.signature().inputs().toString());
        assertEquals(
                "[boxes FP32[-1,4], index INT64[-1], score FP32[-1], label INT64[-1], whole FP32[-1,50]]",
                plan.signature().outputs().toString());
        assertFalse(plan.signature().batched(), "the rows of what comes out are not those that go in");
        assertEquals(List.of(new StageModel("finder", ""), new StageModel("kind", "")), plan.models());
    }

    @Test
    void onePictureWithoutRowsAndWhatClientsSendCanBeCut() {
        PipelinePlan lone = models().stages(
                        "found = lone(picture)",
                        "faces = crop[32x24](image=picture, boxes=found.boxes, score=found.score)",
                        "kind = kind(faces.image)")
                .outputs("faces.score", "kind.label")
                .plan();
        assertEquals(
                "[score FP32[-1], label INT64[-1]]", lone.signature().outputs().toString());
        PipelinePlan sent = models().stages(
                        "whole = finder(photo)",
                        "faces = crop[32x24](image=photo, boxes=where)",
                        "kind = kind(faces.image)")
                .outputs("kind.label", "whole.n")
                .plan();
        assertEquals(
                "[photo FP32[-1,3,64,64], where FP32[-1,-1,4]]",
                sent.signature().inputs().toString());
    }

    @Test
    void whatGoesAlongKeepsWhatItHasForEachBox() {
        PipelinePlan plan = models().stages(
                        "found = open(picture)",
                        "faces = crop[32x24, nhwc](image=picture, boxes=found.boxes, mask=found.mask)")
                .outputs("faces.mask", "faces.image")
                .plan();
        assertEquals(
                "[mask FP32[-1,7,7], image FP32[-1,24,32,-1]]",
                plan.signature().outputs().toString());
    }

    @Test
    void aCropThatDoesNotFitIsRefused() {
        assertFault(
                "takes x FP32[-1,3,24,32], and faces.image is FP32[-1,3,32,24]",
                faces("crop[24x32](image=picture, boxes=found.boxes)"));
        String boxes = "does not say where boxes comes from (a crop takes image and boxes";
        assertFault(boxes, faces("crop[32x24](image=picture)"));
        Map.of(
                        "picture, boxes=found.boxes", "picture",
                        "image=picture, found.boxes", "found.boxes",
                        "image=picture, boxes=found.boxes, found.score", "found.score")
                .forEach((inputs, unnamed) -> assertFault(
                        "must say which input " + unnamed + " is for (a crop takes image and boxes, score where",
                        faces("crop[32x24](" + inputs + ")")));
        assertFault(
                "does not say where score comes from",
                faces("crop[32x24, score_threshold 0.5](image=picture, boxes=found.boxes)"));
        assertFault(
                "takes boxes FP32[-1,50], and boxes are of shape [pictures,boxes,4], or [boxes,4] for one picture",
                faces("crop[32x24](image=picture, boxes=found.score)"));
        assertFault(
                "takes image INT64[-1], and pictures are UINT8, FP16 or FP32",
                faces("crop[32x24](image=found.n, boxes=found.boxes)"));
        assertFault(
                "takes along INT64[-1], and what goes along has a place for each box",
                faces("crop[32x24](image=picture, boxes=found.boxes, along=found.n)"));
        assertFault(
                "takes more, of which nothing says what it is",
                faces("crop[32x24](image=picture, boxes=found.boxes, along=more)"));
        assertFault("gives index itself", faces("crop[32x24](image=picture, boxes=found.boxes, index=found.n)"));
        assertFault(
                "has huge between the brackets of crop", faces("crop[32x24, huge](image=picture, boxes=found.boxes)"));
        assertFault(
                "is no crop (expected NAME = crop[WIDTHxHEIGHT",
                faces("crop[32x24](image=picture, boxes=found.boxes) if found.n > 0"));
        assertFault(
                "takes image FP32[-1,-1,-1,-1], and that does not tell where the channels stand: say nchw or nhwc",
                models().stages("f = open(picture)", "faces = crop[2x2](image=picture, boxes=f.boxes)"));
    }

    private static void assertFault(String begin, Graphs graph) {
        graph.outputs("faces.boxes").read();
        assertTrue(
                graph.faults.byLine().values().stream().anyMatch(fault -> fault.startsWith(begin)),
                graph.faults.byLine().toString());
    }

    @Test
    void rowsOfDifferentThingsDoNotGoTogether() {
        Graphs graph = faces("crop[32x24](image=picture, boxes=found.boxes)");
        assertEquals(
                "puts rows of what the client sends beside rows of the boxes of faces (kind.label)",
                graph.outputs("y = found.n else kind.label").fault());
        Graphs switched = faces("crop[32x24](image=picture, boxes=found.boxes)");
        assertEquals(
                "puts rows of the boxes of faces beside rows of what the client sends (found.n)",
                switched.stages("o = total(kind.label) if found.n > 1")
                        .outputs("y = o.y else kind.label")
                        .fault());
    }

    @Test
    void branchesThatRowsTakeGiveRowsOfOneShape() {
        Graphs graph = models().stages("q = total(n)", "a = kind(v) if q.y > 1", "b = other(v) unless q.y > 1");
        assertEquals(
                "is FP32[-1,10] or, as b.parts, FP32[-1,9]",
                graph.outputs("parts = a.parts else b.parts").fault());
        assertEquals(
                "tests q.parts, which is not one number for each row but FP32[-1,10]",
                models().stages("q = kind(v)", "a = kind(v) if q.parts > 1")
                        .outputs("parts = a.parts else q.parts")
                        .fault());
    }

    @Test
    void aCropAlwaysGivesSomething() {
        PipelinePlan plan = models().stages(
                        "q = total(n)",
                        "found = finder(picture) if q.y > 1",
                        "faces = crop[32x24](image=picture, boxes=found.boxes)",
                        "kind = kind(faces.image)")
                .outputs("kind.label")
                .plan();
        assertEquals("[label INT64[-1]]", plan.signature().outputs().toString());
    }
}
