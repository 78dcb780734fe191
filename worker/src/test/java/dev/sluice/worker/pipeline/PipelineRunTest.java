package dev.sluice.worker.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PipelineRunTest {

    private static final InferenceError FULL = new InferenceError.Overloaded("full", 1000);
    private static final InferenceError WRONG = new InferenceError.InvalidRequest("x", "wrong");
    private static final InferenceError BROKEN = new InferenceError.EngineFailure("id");

    private static Graphs models() {
        return new Graphs()
                .model("one", "x INT64[-1] -> y INT64[-1]")
                .model("pair", "a INT64[-1]; b INT64[-1] -> sum INT64[-1]; difference INT64[-1]");
    }

    /** Two beside each other, and one that waits for both. */
    private static FakeStages diamond() {
        return new FakeStages(models().stages("left = one(v)", "right = one(v)", "both = pair(a=left, b=right)")
                .outputs("both.sum", "l=left.y")
                .plan());
    }

    private static Tensor row(String name, long... values) {
        return Tensors.ofLongs(name, new Shape(values.length), values);
    }

    private static Set<String> asked(FakeStages stages) {
        return new TreeSet<>(stages.asked.keySet());
    }

    @Test
    void whoWaitsForNobodyElseIsAskedAtOnceWithWhatTheClientSent() {
        FakeStages stages = diamond();
        Tensor sent = row("v", 1, 2);
        stages.begin(List.of("sum", "l"), sent);
        assertEquals(Set.of("left", "right"), asked(stages));
        InferenceRequest request = stages.asked("left");
        assertSame(sent.data(), request.inputs().getFirst().data(), "without a copy");
        assertEquals("[x INT64[2]]", request.inputs().toString());
        assertEquals(2, request.rows());
        assertEquals(2, request.priority());
        assertEquals("client", request.client());
        assertEquals(7, request.deadline().atNanos());
        assertEquals(List.of("y"), request.outputs());
        stages.answer("left", row("y", 3, 4));
        assertEquals(Set.of("left", "right"), asked(stages));
        stages.answer("right", row("y", 5, 6));
        assertEquals("[a INT64[2], b INT64[2]]", stages.asked("both").inputs().toString());
        assertEquals(List.of("sum"), stages.asked("both").outputs());
        stages.answer("both", row("sum", 8, 10));
        assertEquals("sum[8, 10]l[3, 4]", stages.answers());
        assertEquals(new InferenceResponse.Timing(3, 6, 9, 4, 5), ((InferenceResponse) stages.outcome()).timing());
    }

    @Test
    void whatNobodyWantsIsNotRun() {
        FakeStages stages = diamond();
        stages.begin(List.of("l"), row("v", 1));
        assertEquals(Set.of("left"), asked(stages));
        stages.answer("left", row("y", 9));
        assertEquals("l[9]", stages.answers());
    }

    @Test
    void aFailureEndsItAndWithdrawsTheOthers() {
        FakeStages stages = diamond();
        stages.begin(List.of("sum"), row("v", 1));
        stages.tell("left", BROKEN);
        assertEquals(
                "the model failed to run; the server's log has the detail under id id, stage left (one)",
                stages.error().message());
        assertEquals(List.of("right"), stages.withdrawn);
        stages.answer("right", row("y", 1));
        assertEquals(1, stages.outcomes.size());
    }

    @Test
    void aRefusalThatPromisesFreeInputsIsToldWhenNobodyReadsThem() {
        FakeStages stages = diamond();
        stages.begin(List.of("sum"), row("v", 1));
        stages.tell("left", WRONG);
        assertEquals(List.of(), stages.outcomes);
        stages.answer("right", row("y", 1));
        assertEquals("stage left (one): x: wrong", stages.error().message());
        assertEquals(Set.of("left", "right"), asked(stages));

        FakeStages worse = diamond();
        worse.begin(List.of("sum"), row("v", 1));
        worse.tell("left", WRONG);
        worse.tell("right", new InferenceError.DeadlineExceeded("queue"));
        assertEquals(new InferenceError.DeadlineExceeded("queue of stage right (one)"), worse.error());
    }

    @Test
    void aStageThatHasNoRoomEndsItAtOnceAndPromisesNothingWhileOthersRead() {
        FakeStages stages = diamond();
        stages.begin(List.of("sum"), row("v", 1));
        stages.tell("left", FULL);
        assertEquals(new InferenceError.Overloaded("stage left (one): full", 1000, true), stages.error());
        assertEquals(List.of("right"), stages.withdrawn);

        FakeStages last = diamond();
        last.begin(List.of("sum"), row("v", 1));
        last.answer("right", row("y", 1));
        last.tell("left", FULL);
        assertEquals(new InferenceError.Overloaded("stage left (one): full", 1000), last.error());
    }

    @Test
    void whoGoesTakesItsStagesAlong() {
        FakeStages stages = diamond();
        PipelineRun run = stages.begin(List.of("sum"), row("v", 1));
        stages.answer("left", row("y", 1));
        run.cancel();
        run.cancel();
        assertEquals(new InferenceError.Cancelled(), stages.error());
        assertEquals(List.of("right"), stages.withdrawn);
    }

    @Test
    void whatDoesNotFitTheNextStageIsSaidWithItsName() {
        FakeStages rows = diamond();
        rows.begin(List.of("sum"), row("v", 1, 2));
        rows.answer("left", row("y", 1, 2));
        rows.answer("right", row("y", 1));
        assertEquals(
                "stage both: its inputs have different numbers of rows: [a INT64[2], b INT64[1]]",
                rows.error().message());

        FakeStages sizes = new FakeStages(new Graphs()
                .model("any", "x INT64[-1,-1] -> y INT64[-1,-1]")
                .model("four", "x INT64[-1,4] -> y INT64[-1,4]")
                .stages("a = any(v)", "b = four(a)")
                .outputs("b")
                .plan());
        sizes.begin(List.of("y"), Tensors.ofLongs("v", new Shape(1, 2), 1, 2));
        sizes.answer("a", Tensors.ofLongs("y", new Shape(1, 2), 1, 2));
        assertEquals(
                "stage b: it takes x INT64[-1,4], and is given [1,2]",
                sizes.error().message());
    }

    private static FakeStages cascade() {
        return new FakeStages(models().stages(
                        "small = pair(a=v, b=v)",
                        "large = one(v) if small.difference < 5",
                        "after = one(large)",
                        "other = one(v) unless small.difference < 5")
                .outputs("best = large.y else small.sum", "either = after.y else other.y")
                .plan());
    }

    @Test
    void aSwitchRunsOneSideOrTheOther() {
        FakeStages sure = cascade();
        sure.begin(List.of("best", "either"), row("v", 1));
        sure.answer("small", row("sum", 2), row("difference", 5));
        assertEquals(Set.of("small", "other"), asked(sure));
        sure.answer("other", row("y", 7));
        assertEquals("best[2]either[7]", sure.answers());

        FakeStages unsure = cascade();
        unsure.begin(List.of("best", "either"), row("v", 1));
        unsure.answer("small", row("sum", 2), row("difference", 4));
        unsure.answer("large", row("y", 3));
        unsure.answer("after", row("y", 4));
        assertEquals(Set.of("small", "large", "after"), asked(unsure));
        assertEquals("best[3]either[4]", unsure.answers());
    }

    @Test
    void stagesVote() {
        FakeStages stages = new FakeStages(models().stages("a = one(v)", "b = one(v)", "c = one(v)")
                .outputs("y = vote(a.y, b.y, c)")
                .plan());
        stages.begin(List.of("y"), row("v", 1, 1, 1));
        stages.answer("a", row("y", 1, 2, 3));
        stages.answer("b", row("y", 4, 2, 5));
        stages.answer("c", row("y", 4, 6, 7));
        assertEquals("y[4, 2, 3]", stages.answers());
    }

    @Test
    void meansAreOfTensorsOfOneShape() {
        FakeStages stages = new FakeStages(new Graphs()
                .model("score", "x INT64[-1] -> y FP32[-1]; z FP64[-1]")
                .stages("a = score(v)", "b = score(v)")
                .outputs("y = mean(a.y, b.y)", "z=mean(a.z,b.z)")
                .plan());
        stages.begin(List.of("y", "z"), row("v", 1, 1));
        stages.answer("a", floats(1, 2), doubles(1, 2));
        stages.answer("b", floats(2, 4), doubles(2, 5));
        List<Tensor> means = ((InferenceResponse) stages.outcome()).outputs();
        assertEquals(1.5f, means.getFirst().data().getFloat(0));
        assertEquals(3f, means.getFirst().data().getFloat(4));
        assertEquals(1.5, means.getLast().data().getDouble(0));
        assertEquals(3.5, means.getLast().data().getDouble(8));
        assertEquals(2 * Float.BYTES + 2 * Double.BYTES, stages.takenBytes);

        FakeStages uneven = new FakeStages(stages.plan);
        uneven.begin(List.of("y"), row("v", 1, 1));
        uneven.answer("a", floats(1, 2), doubles(1, 2));
        uneven.answer("b", floats(2), doubles(2));
        assertEquals(
                "outputs: y cannot be made of tensors of different shapes: [y FP32[2], y FP32[1]]",
                uneven.error().message());
    }

    private static Tensor floats(float... values) {
        ByteBuffer data = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asFloatBuffer().put(values);
        return new Tensor("y", DataType.FP32, new Shape(values.length), data);
    }

    private static Tensor doubles(double... values) {
        ByteBuffer data = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        data.asDoubleBuffer().put(values);
        return new Tensor("z", DataType.FP64, new Shape(values.length), data);
    }

    @Test
    void aDefectAtAStageEndsTheRequestAtOnceAndGoesNoFurther() {
        PipelinePlan plan = diamond().plan;
        for (Throwable defect : List.of(new IllegalStateException("on purpose"), new OutOfMemoryError("as if"))) {
            for (String broken : List.of("right", "both")) {
                FakeStages stages = new FakeStages(plan);
                stages.breakAt(broken, defect);
                stages.begin(List.of("sum"), row("v", 1));
                if (stages.outcomes.isEmpty()) {
                    stages.answer("left", row("y", 1));
                    stages.answer("right", row("y", 1));
                } else {
                    assertEquals(List.of("left"), stages.withdrawn);
                }
                assertTrue(stages.error() instanceof InferenceError.EngineFailure, broken);
            }
        }
    }

    @Test
    void aStageThatDoesNotRunIsCountedAsSuch() {
        FakeStages stages = diamond();
        stages.begin(List.of("l"), row("v", 1));
        assertEquals(Set.of("right", "both"), stages.passed);
        FakeStages switched = cascade();
        switched.begin(List.of("best"), row("v", 1));
        switched.answer("small", row("sum", 2), row("difference", 0));
        assertEquals(switched.plan.steps().size(), switched.passed.size() + switched.asked.size());
    }

    /** Layers of stages, each fed by what came before, whose ends come in any order and of any kind, some of them at once. */
    @Test
    void whateverTheStagesSayThereIsOneOutcomeAndItPromisesNoMoreThanIsTrue() {
        int answered = 0;
        int promised = 0;
        for (long seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            Graphs graph = models();
            int stages = 1 + random.nextInt(6);
            for (int i = 0; i < stages; i++) {
                graph.stages("s" + i + " = pair(a=" + source(random, i) + ", b=" + source(random, i) + ")");
                graph.outputs("o" + i + "=s" + i + ".sum");
            }
            FakeStages fake = new FakeStages(graph.plan());
            List<String> wanted = new ArrayList<>(fake.plan.signature().outputNames());
            wanted.removeIf(name -> wanted.size() > 1 && random.nextInt(4) == 0);
            Tensor[] inputs = fake.plan.signature().inputs().stream()
                    .map(spec -> row(spec.name(), 1))
                    .toArray(Tensor[]::new);
            PipelineRun run = fake.begin(wanted, inputs);
            boolean mayBeRead = false;
            while (!fake.ends.isEmpty()) {
                List<String> running = List.copyOf(fake.ends.keySet());
                if (random.nextInt(20) == 0) {
                    run.cancel();
                }
                String next = running.get(random.nextInt(running.size()));
                InferenceOutcome end = end(random, fake.asked(next));
                boolean counts = fake.outcomes.isEmpty();
                mayBeRead |= counts && end.equals(BROKEN);
                fake.tell(next, end);
                if (counts && !fake.outcomes.isEmpty() && isPromise(fake.outcome())) {
                    promised++;
                    assertTrue(fake.ends.isEmpty() && !mayBeRead, "seed " + seed + ": somebody may read its inputs");
                }
            }
            assertEquals(1, fake.outcomes.size(), "seed " + seed);
            answered += fake.outcome() instanceof InferenceResponse ? 1 : 0;
        }
        assertTrue(answered > 500 && promised > answered + 200, answered + " answers, " + promised + " promises");
    }

    private static String source(Random random, int before) {
        int from = random.nextInt(before + 1);
        return from == before ? "v" : "s" + from + ".difference";
    }

    private static InferenceOutcome end(Random random, InferenceRequest asked) {
        return switch (random.nextInt(12)) {
            case 0 -> random.nextBoolean() ? FULL : WRONG;
            case 1 -> BROKEN;
            default ->
                new InferenceResponse(
                        FakeStages.WHOLE,
                        asked.outputs().stream().map(name -> row(name, 1)).toList(),
                        new InferenceResponse.Timing(0, 0, 0, 1, 0));
        };
    }

    private static boolean isPromise(InferenceOutcome outcome) {
        return outcome instanceof InferenceResponse
                || (outcome instanceof InferenceError error && error.promisesThatInputsAreFree());
    }
}
