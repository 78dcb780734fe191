package dev.sluice.worker.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.Tensors;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Rows of one request that go different ways, and pieces of a picture. */
class PipelineRowsTest {

    private static Graphs models() {
        return new Graphs()
                .model("one", "x INT64[-1] -> y INT64[-1]")
                .model("pair", "a INT64[-1]; b INT64[-1] -> y INT64[-1]")
                .model("words", "x BYTES[-1,2] -> y BYTES[-1,2]")
                .model("all", "x INT64[3] -> y INT64[3]")
                .model("finder", "picture FP32[-1,1,2,2] -> boxes FP32[-1,2,4]; score FP32[-1,2]; n INT64[-1]")
                .model("any", "picture FP32[-1,-1,-1,-1] -> boxes FP32[-1,2,4]")
                .model("kind", "x FP32[-1,1,1,1] -> label INT64[-1]; parts FP32[-1,-1,3]");
    }

    private static FakeStages careful() {
        return new FakeStages(models().stages(
                        "quick = one(v)",
                        "slow = one(quick) if quick.y < 5",
                        "slower = pair(a=slow, b=v)",
                        "sure = one(quick) unless quick.y < 5")
                .outputs("y = slow.y else quick.y", "z = slower.y else sure.y")
                .plan());
    }

    private static Tensor row(String name, long... values) {
        return Tensors.ofLongs(name, new Shape(values.length), values);
    }

    private static Tensor[] inputs(FakeStages stages, String stage) {
        return stages.asked(stage).inputs().toArray(Tensor[]::new);
    }

    @Test
    void eachRowTakesItsOwnWayAndAllComeBackInOrder() {
        FakeStages stages = careful();
        stages.begin(List.of("y", "z"), row("v", 1, 2, 3, 4));
        stages.answer("quick", row("y", 10, 4, 20, 3));
        assertEquals("[4, 3]", Tensors.text(inputs(stages, "slow")[0]));
        assertEquals(2, stages.asked("slow").rows());
        assertEquals("[10, 20]", Tensors.text(inputs(stages, "sure")[0]));
        stages.answer("slow", row("y", 40, 30));
        assertEquals("[40, 30]", Tensors.text(inputs(stages, "slower")[0]));
        assertEquals("[2, 4]", Tensors.text(inputs(stages, "slower")[1]), "the same rows of what was sent");
        stages.answer("sure", row("y", 100, 200));
        stages.answer("slower", row("y", 400, 300));
        assertEquals("y[10, 40, 20, 30]z[100, 400, 200, 300]", stages.answers());
    }

    @Test
    void aSideThatNoRowTakesIsNotRunAndOneThatAllTakeCopiesNothing() {
        FakeStages stages = careful();
        stages.begin(List.of("y", "z"), row("v", 1, 2));
        Tensor low = row("y", 1, 2);
        stages.answer("quick", low);
        assertSame(low.data(), inputs(stages, "slow")[0].data());
        assertEquals(Set.of("sure"), stages.passed);
        stages.answer("slow", row("y", 7, 8));
        stages.answer("slower", row("y", 9, 9));
        assertEquals("y[7, 8]z[9, 9]", stages.answers());
        assertEquals(0, stages.takenBytes);
    }

    @Test
    void rowsOfStringsComeBackAsWell() {
        FakeStages stages =
                new FakeStages(models().stages("a = words(w) if v > 0", "b = words(w) unless v > 0", "other = one(v)")
                        .outputs("y = a.y else b.y", "z = other.y")
                        .plan());
        Tensor words = Tensors.ofStrings("w", new Shape(3, 2), "a", "", "long", "b", "", "cc");
        stages.begin(List.of("y"), words, row("v", 1, 0, 1));
        assertEquals("[a, , , cc]", Tensors.text(inputs(stages, "a")[0]));
        stages.answer("a", Tensors.ofStrings("y", new Shape(2, 2), "1", "22", "333", ""));
        stages.answer("b", Tensors.ofStrings("y", new Shape(1, 2), "x", "yy"));
        assertEquals("y[1, 22, x, yy, 333, ]", stages.answers());
    }

    @Test
    void whatTakesAllRowsTogetherTakesAllOrNone() {
        FakeStages stages = new FakeStages(models().stages("q = one(v)", "a = all(w) if q.y > 0", "b = all(w)")
                .outputs("y = a.y else b.y")
                .plan());
        stages.begin(List.of("y"), row("v", 1, 1), row("w", 1, 2, 3));
        stages.answer("q", row("y", 1, 0));
        stages.answer("b", row("y", 1, 2, 3));
        assertEquals(
                "stage a: it runs or not by one number, and is given y INT64[2]: send one row at a time",
                stages.error().message());
    }

    /** Chains of stages behind tests, against each row done by itself. */
    @Test
    void whateverWayARowTakesItsAnswerIsThatOfARowAlone() {
        int together = 0;
        for (long seed = 0; seed < 2000; seed++) {
            Random random = new Random(seed);
            Graphs graph = models();
            String before = "v";
            int pairs = 1 + random.nextInt(4);
            StringBuilder output = new StringBuilder("s0");
            graph.stages("s0 = one(v)");
            for (int i = 1; i <= pairs; i++) {
                String source = "s" + random.nextInt(i);
                String test = " s" + random.nextInt(i) + " > " + random.nextInt(12);
                graph.stages("s" + i + " = pair(a=" + source + ", b=" + before + ") "
                        + (random.nextBoolean() ? "if" : "unless") + test);
                before = random.nextBoolean() ? "v" : "s" + random.nextInt(i);
                output.insert(0, "s" + i + " else ");
            }
            PipelinePlan plan = graph.outputs("out = " + output).plan();
            long[] sent = random.longs(1 + random.nextInt(6), 0, 10).toArray();
            long[] alone = Arrays.stream(sent).map(one -> run(plan, one)[0]).toArray();
            assertEquals(Arrays.toString(alone), Arrays.toString(run(plan, sent)), "seed " + seed);
            together += sent.length > 1 ? 1 : 0;
        }
        assertTrue(together > 1000);
    }

    /** Each stage gives a number that depends on its name and on what it is given in that row. */
    private static long[] run(PipelinePlan plan, long... sent) {
        FakeStages stages = new FakeStages(plan);
        stages.begin(List.of("out"), row("v", sent));
        while (!stages.ends.isEmpty()) {
            String stage = stages.ends.keySet().iterator().next();
            long[] given = new long[stages.asked(stage).rows()];
            for (Tensor input : stages.asked(stage).inputs()) {
                assertEquals(given.length, input.rows());
                for (int i = 0; i < given.length; i++) {
                    given[i] = (given[i] * 3 + input.data().getLong(input.data().position() + 8 * i)) % 13;
                }
            }
            stages.answer(
                    stage,
                    row(
                            "y",
                            Arrays.stream(given)
                                    .map(n -> (n + stage.charAt(1)) % 13)
                                    .toArray()));
        }
        Tensor out = ((InferenceResponse) stages.outcome()).outputs().getFirst();
        return numbers(out);
    }

    private static long[] numbers(Tensor out) {
        long[] numbers = new long[(int) out.rows()];
        Arrays.setAll(numbers, i -> out.data().getLong(out.data().position() + 8 * i));
        return numbers;
    }

    private static FakeStages faces() {
        return new FakeStages(models().stages(
                        "found = finder(picture)",
                        "faces = crop[1x1, score_threshold 0.5](image=picture, boxes=found.boxes, score=found.score)",
                        "kind = kind(x=faces.image)",
                        "again = one(kind.label) if kind.label > 0")
                .outputs(
                        "boxes = faces.boxes",
                        "picture = faces.index",
                        "label = again.y else kind.label",
                        "parts = kind.parts")
                .plan());
    }

    private static Tensor picture(double... pixels) {
        return CroppingTest.floats("picture", new Shape(pixels.length / 4, 1, 2, 2), pixels);
    }

    private static void find(FakeStages stages, double... scores) {
        double[] boxes = new double[4 * scores.length];
        for (int i = 0; i < scores.length; i++) {
            boxes[4 * i] = i % 2;
            boxes[4 * i + 2] = i % 2 + 1;
            boxes[4 * i + 3] = 1;
        }
        stages.answer(
                "found",
                CroppingTest.floats("boxes", new Shape(scores.length / 2, 2, 4), boxes),
                CroppingTest.floats("score", new Shape(scores.length / 2, 2), scores));
    }

    @Test
    void piecesOfAllPicturesAreRowsOfOneRequestAndStandBesideTheirBoxes() {
        FakeStages stages = faces();
        stages.begin(List.of("boxes", "picture", "label"), picture(1, 2, 3, 4, 5, 6, 7, 8));
        find(stages, 0.9, 0.1, 0.6, 0.7);
        assertEquals(3, stages.asked("kind").rows());
        assertEquals(5f, stages.asked("kind").inputs().getFirst().data().getFloat(4));
        stages.answer("kind", row("label", 0, 7, 0));
        assertEquals("[7]", Tensors.text(inputs(stages, "again")[0]));
        stages.answer("again", row("y", 70));
        List<Tensor> answer = ((InferenceResponse) stages.outcome()).outputs();
        assertEquals("[boxes FP32[3,4], picture INT64[3], label INT64[3]]", answer.toString());
        assertEquals("[0, 1, 1]", Tensors.text(answer.get(1)));
        assertEquals("[0, 70, 0]", Tensors.text(answer.get(2)));
    }

    @Test
    void withoutBoxesNobodyIsAskedAndTheAnswerIsEmpty() {
        FakeStages stages = faces();
        stages.begin(List.of("boxes", "label", "parts"), picture(1, 2, 3, 4));
        find(stages, 0.1, 0.1);
        assertEquals(Set.of("found"), new TreeSet<>(stages.asked.keySet()));
        assertEquals(Set.of("kind", "again"), stages.passed);
        assertEquals(
                "[boxes FP32[0,4], label INT64[0], parts FP32[0,0,3]]",
                ((InferenceResponse) stages.outcome()).outputs().toString());
    }

    /** Which of the pieces of pictures only the pictures say. */
    @Test
    void piecesOfNoPiecesHaveTheirChannels() {
        FakeStages stages = new FakeStages(models().stages(
                        "faces = crop[2x2, nchw](image=photo, boxes=where)",
                        "found = any(faces.image)",
                        "eyes = crop[1x1, nchw](image=faces.image, boxes=found.boxes)")
                .outputs("eyes.image")
                .plan());
        Tensor photo = CroppingTest.floats("photo", new Shape(1, 3, 4, 4), new double[48]);
        stages.begin(List.of("image"), photo, CroppingTest.floats("where", new Shape(1, 1, 4), 0, 0, 0, 0));
        InferenceResponse answer = assertInstanceOf(InferenceResponse.class, stages.outcome());
        assertEquals(new Shape(0, 3, 1, 1), answer.outputs().getFirst().shape());
        assertEquals(Set.of("found"), stages.passed);
    }

    @Test
    void whoGoesWhileItIsCutIsToldSoAndNothingIsAskedAnyMore() {
        FakeStages stages = faces();
        stages.stayBusy();
        PipelineRun run = stages.begin(List.of("label"), picture(1, 2, 3, 4));
        find(stages, 0.9, 0.9);
        assertEquals(1, stages.computing.size());
        run.cancel();
        assertEquals(new InferenceError.Cancelled(), stages.error());
        stages.computeNext();
        assertEquals(Set.of("found"), stages.asked.keySet());
        assertEquals(1, stages.outcomes.size());
    }

    @Test
    void aRefusalBesideWaitsForWhoReadsThePicture() {
        FakeStages stages = new FakeStages(models().stages(
                        "found = finder(picture)",
                        "faces = crop[1x1](image=picture, boxes=found.boxes, score=found.score)",
                        "kind = kind(x=faces.image)",
                        "other = one(v)")
                .outputs("kind.label", "y=other.y")
                .plan());
        stages.begin(List.of("label", "y"), picture(1, 2, 3, 4), row("v", 1));
        stages.stayBusy();
        find(stages, 1, 1);
        stages.tell("other", new InferenceError.InvalidRequest("x", "wrong"));
        assertEquals(List.of(), stages.outcomes, "the picture is being read");
        stages.computeNext();
        assertEquals("stage other (one): x: wrong", stages.error().message());
        assertEquals(Set.of("found", "other"), new TreeSet<>(stages.asked.keySet()));
    }

    @Test
    void onlyWhatIsCopiedIsCounted() {
        FakeStages stages = careful();
        stages.begin(List.of("y"), row("v", 1, 2, 3, 4));
        stages.answer("quick", row("y", 10, 4, 20, 30));
        assertEquals(Long.BYTES, stages.takenBytes, "the one row that goes to slow");
        stages.answer("slow", row("y", 40));
        assertEquals("y[10, 40, 20, 30]", stages.answers());
        assertEquals(Long.BYTES + 4 * Long.BYTES, stages.takenBytes, "and what is put together again");
    }

    @Test
    void ofWordsThatAreAllThatAreCopied() {
        FakeStages stages =
                new FakeStages(models().stages("quick = one(v)", "all = words(w)", "some = words(w) if quick.y < 5")
                        .outputs("w = some.y else all.y")
                        .plan());
        stages.begin(List.of("w"), row("v", 1, 2), Tensors.ofStrings("w", new Shape(2, 2), "a", "b", "long", "longer"));
        stages.answer("quick", row("y", 1, 9));
        assertEquals(2 * (4 + 1), stages.takenBytes);
    }
}
