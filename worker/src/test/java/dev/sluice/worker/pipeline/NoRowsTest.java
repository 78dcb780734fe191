package dev.sluice.worker.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where nothing is found, whoever comes behind is not refused for what nobody knows of nothing. */
class NoRowsTest {

    private static final String[] DARK = {
        "bright = sums(picture)",
        "found = finder(picture) if bright.sum > 1",
        "things = crop[2x2, nchw](image=picture, boxes=found.boxes, mask=found.mask)"
    };

    private static Graphs models() {
        return new Graphs()
                .model("sums", "picture FP32[-1,-1,-1,-1] -> sum FP32[-1]")
                .model("finder", "picture FP32[-1,-1,-1,-1] -> boxes FP32[-1,-1,-1]; mask FP32[-1,-1,-1]")
                .model("kind", "x FP32[-1,3,2,2] -> label INT64[-1]; parts FP32[-1,3]; open FP32[-1,-1]")
                .model("masks", "m FP32[-1,7] -> y FP32[-1]");
    }

    /** What comes out for one picture that the detector is not asked about. */
    private static String dark(Graphs graph, String... outputs) {
        FakeStages stages = darkened(graph, outputs);
        assertEquals(List.of("bright"), List.copyOf(stages.asked.keySet()));
        return assertInstanceOf(InferenceResponse.class, stages.outcome())
                .outputs()
                .toString();
    }

    private static FakeStages darkened(Graphs graph, String... outputs) {
        FakeStages stages = new FakeStages(graph.stages(DARK).outputs(outputs).plan());
        stages.begin(
                stages.plan.signature().outputNames(),
                CroppingTest.floats("picture", new Shape(1, 3, 4, 4), new double[48]));
        stages.answer("bright", CroppingTest.floats("sum", new Shape(1), 0));
        return stages;
    }

    @Test
    void piecesAreLikeThePictureThoughTheDetectorHasNotRun() {
        assertEquals("[image FP32[0,3,2,2], boxes FP32[0,4]]", dark(models(), "things.image", "things.boxes"));
        assertEquals(
                "[label INT64[0], image FP32[0,3,2,2]]",
                dark(models().stages("kind = kind(things.image)"), "kind.label", "things.image"));
    }

    @Test
    void whatTheDetectorLeavesOpenIsNotHeldAgainstWhoTakesIt() {
        assertEquals("[y FP32[0]]", dark(models().stages("masked = masks(things.mask)"), "masked.y"));
    }

    @Test
    void aDetectorOfPiecesNeedNotSayOfHowManyNumbersItsBoxesAre() {
        Graphs graph = models().stages(
                        "inner = finder(things.image)",
                        "parts = crop[1x1, nchw](image=things.image, boxes=inner.boxes)");
        assertEquals("[image FP32[0,3,1,1], index INT64[0]]", dark(graph, "parts.image", "parts.index"));
    }

    @Test
    void aModelThatTakesNoRowsIsAskedAboutNothing() {
        Graphs graph = models().model("count", "x FP32[-1,3,2,2] -> n FP32[1]").stages("n = count(things.image)");
        FakeStages stages = darkened(graph, "n.n");
        assertEquals("[x FP32[0,3,2,2]]", stages.asked("n").inputs().toString());
    }

    @Test
    void noRowsOfSeveralAreNoRows() {
        Graphs graph = models().stages("a = kind(things.image)", "b = kind(things.image)");
        assertEquals("[y FP32[0,3]]", dark(graph, "y = mean(a.parts, b.open)"));
    }
}
