package dev.sluice.worker.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class PipelinePlanTest {

    private static Graphs models() {
        return new Graphs()
                .model("encoder", "pixels FP32[-1,28,28] -> embedding FP32[-1,64]")
                .model("head", "x FP32[-1,64] -> scores FP32[-1,10]; best INT64[-1]")
                .model("wide", "x FP32[-1,-1] -> y FP32[-1,-1]")
                .model("ints", "x INT64[-1,64] -> y INT64[-1,64]")
                .model("two", "a FP32[-1,64]; b FP32[-1,-1] optional -> sum FP32[-1,64]")
                .model("lone", "x FP32[3] -> y FP32[]");
    }

    private static Graphs chain() {
        return models().stages("last = head(x=first.embedding)", "first = encoder(pixels=image)")
                .outputs("scores=last.scores");
    }

    @Test
    void whatTheWholeTakesAndGivesFollowsFromTheStages() {
        PipelinePlan plan = chain().outputs("last.best").plan();
        assertEquals("[image FP32[-1,28,28]]", plan.signature().inputs().toString());
        assertEquals(
                "[scores FP32[-1,10], best INT64[-1]]",
                plan.signature().outputs().toString());
        assertTrue(plan.signature().batched());
        assertEquals(
                List.of("first", "last"),
                plan.steps().stream().map(PipelinePlan.Step::name).toList());
    }

    @Test
    void namesThatGoWithoutSayingMayBeLeftOut() {
        PipelinePlan plan = models().stages("first = encoder(image)", "last = wide( first )")
                .outputs("last")
                .plan();
        assertEquals("[y FP32[-1,-1]]", plan.signature().outputs().toString());
    }

    @Test
    void onlyRowsOfAllStagesAreRowsOfTheWhole() {
        PipelinePlan plan = models().stages("a = lone(x)").outputs("y=a").plan();
        assertFalse(plan.signature().batched());
    }

    @Test
    void anInputThatSeveralTakeIsAsNarrowAsTheNarrowestAndOptionalIfItIsToAll() {
        PipelinePlan plan = models().stages("one = wide(x=v)", "other = two(a=v, b=w)")
                .outputs("y=one.y", "sum=other.sum")
                .plan();
        assertEquals("v FP32[-1,64]", plan.signature().inputs().getFirst().toString());
        assertEquals(
                List.of(false, true),
                plan.signature().inputs().stream().map(TensorSpec::optional).toList());
    }

    @Test
    void circlesAreRefused() {
        Graphs graph = models().stages("a = wide(x=b.y)", "b = wide(x=c.y)", "c = wide(x=a.y)")
                .outputs("c");
        assertTrue(graph.read().isEmpty());
        assertEquals(3, graph.faults.byLine().size());
        assertEquals("waits for itself (among a, b, c)", graph.faults.byLine().get("b = wide(x=c.y)"));
        assertEquals(
                "waits for itself (among a)",
                models().stages("a = wide(x=a.y)").outputs("a").fault());
    }

    @Test
    void whatDoesNotFitIsRefused() {
        Graphs first = models().stages("e = encoder(image)");
        assertEquals(
                "takes x INT64[-1,64], and e.embedding is FP32[-1,64]",
                first.stages("h = ints(x=e.embedding)").outputs("h").fault());
        assertEquals(
                "takes pixels FP32[-1,28,28], and w.y is FP32[-1,-1]",
                models().stages("w = wide(v)", "h = encoder(w.y)").outputs("h").fault());
        assertEquals(
                "takes x INT64[-1,64], and elsewhere v is FP32[-1,-1]",
                models().stages("w = wide(v)", "h = ints(v)")
                        .outputs("w.y", "z=h.y")
                        .fault());
    }

    @Test
    void whatIsNotThereIsRefused() {
        assertEquals(
                "speaks of stage frist, which there is not (there are first, last)",
                chain().outputs("other=frist.embedding").fault());
        assertEquals(
                "speaks of first.embeding, which is not among what first gives: [embedding FP32[-1,64]]",
                models().stages("first = encoder(image)", "last = head(x=first.embeding)")
                        .outputs("last.scores")
                        .fault());
        assertEquals(
                "feeds y, which head does not take (it takes [x FP32[-1,64]])",
                models().stages("first = encoder(image)", "last = head(x=first, y=image)")
                        .outputs("last.scores")
                        .fault());
        assertEquals(
                "does not say where a FP32[-1,64] comes from",
                models().stages("t = two(b=v)").outputs("t").fault());
        assertEquals(
                "must say which output of last it means (it has [scores FP32[-1,10], best INT64[-1]])",
                chain().outputs("last").fault());
        assertEquals(
                "must say which input v is for (two has [a FP32[-1,64], b FP32[-1,-1]])",
                models().stages("t = two(v)").outputs("t").fault());
    }

    @Test
    void whatSaysNothingIsRefused() {
        assertEquals(
                "gives nothing that anybody takes",
                chain().stages("more = wide(image2)").fault());
        assertEquals(
                "has the name of another stage",
                chain().stages("last = wide(v)").fault());
        assertEquals(
                "has the name of another output, scores",
                chain().outputs("last.scores").fault());
        assertEquals(
                "is given by no stage (image is none)",
                chain().outputs("same=image").fault());
        assertEquals(
                "feeds x twice",
                models().stages("a = wide(x=v, x=w)").outputs("a").fault());
        assertTrue(chain().stages("next: wide(v)").fault().startsWith("is no stage (expected NAME = MODEL("));
        assertTrue(chain().stages("next = wide()").fault().startsWith("has nothing where a source is expected"));
    }

    @Test
    void outputsOfASwitchAlwaysHaveAValue() {
        Graphs pair = models().stages("h = head(v)", "a = wide(w) if h.best > 5", "b = wide(w) unless h.best > 5");
        assertEquals(
                "[y FP32[-1,-1]]",
                pair.outputs("a.y else b.y").plan().signature().outputs().toString());
        assertTrue(models().stages("h = head(v)", "a = wide(w) if h.best > 5")
                .outputs("a.y")
                .fault()
                .startsWith("may have no value"));
        assertTrue(models().stages("h = head(v)", "a = wide(w) if h.best > 5", "b = wide(w) if h.best <= 5")
                .outputs("a.y else b.y")
                .fault()
                .startsWith("may have no value"));
        assertEquals(
                "is FP32[-1,10] or, as h.best, INT64[-1]",
                models().stages("h = head(v)").outputs("z=h.scores else h.best").fault());
    }

    @Test
    void howManyWaysThereAreCostsNothing() {
        Graphs ladder = models().stages("s0 = two(a=v, b=v) if w > 0", "z = wide(w) if w > 0");
        for (int i = 1; i < 60; i++) {
            ladder.stages("s" + i + " = two(a=s" + (i - 1) + ", b=s" + (i - 1) + ")");
        }
        assertTrue(ladder.outputs("a=s59 else z.y").fault().startsWith("may have no value"));
    }

    @Test
    void whatIsCombinedIsAlwaysThereAndOfOneKind() {
        assertEquals(
                "scores FP32[-1,10]",
                models().stages("a = head(v)", "b = head(v)")
                        .outputs("scores = mean(a.scores, b.scores)", "best = vote(a.best, b.best)")
                        .plan()
                        .signature()
                        .outputs()
                        .getFirst()
                        .toString());
        assertEquals(
                "cannot be a mean of INT64[-1]",
                models().stages("a = head(v)", "b = head(v)")
                        .outputs("best = mean(a.best, b.best)")
                        .fault());
        assertEquals(
                "b.y may have no value, for its stage may not run",
                models().stages("a = wide(v)", "h = head(v)", "b = wide(v) if h.best > 1")
                        .outputs("y = mean(a.y, b.y)")
                        .fault());
    }

    @Test
    void testsThatAreNoneAreRefused() {
        assertEquals(
                "has no test that is understood behind if (expected SOURCE, one of < <= > >= == !=, and a number)",
                models().stages("a = wide(w) if surely").outputs("a").fault());
        assertEquals(
                "tests v, which no stage takes",
                models().stages("a = wide(w) if v > 1", "b = wide(w)")
                        .outputs("a else b")
                        .fault());
    }
}
