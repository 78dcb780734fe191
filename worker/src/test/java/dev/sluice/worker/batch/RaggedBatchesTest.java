package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.batch.RaggedAxes.Padding;
import dev.sluice.worker.batch.RaggedAxes.Trim;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Outcomes;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Members of different lengths: padded while they are joined, and cut back to their own lengths. */
class RaggedBatchesTest {

    private static final byte[] MINUS_ONE = {-1, -1, -1, -1, -1, -1, -1, -1};
    private static final RaggedAxes RAGGED = new RaggedAxes(
            Map.of("x", new Padding(List.of(1), List.of("length"), MINUS_ONE)),
            Map.of("y", List.of(new Trim(1, "x", 1))));

    private final BatchGather gather = new BatchGather(8, 1 << 20, RAGGED);
    private final Outcomes outcomes = new Outcomes();

    private static InferenceRequest ofRows(int rows, int length, long id) {
        long[] ids = new long[rows];
        Arrays.fill(ids, id);
        return Requests.of(Requests.FAR, length, List.of("y"), ids);
    }

    /** What an engine answers that copies its first input. */
    private BatchResult echo(Batch batch) {
        Tensor joined = Tensors.copyOf(gather.gather(batch).getFirst());
        return new BatchResult.Ran(List.of(new Tensor("y", joined.dataType(), joined.shape(), joined.data())), 1, 1);
    }

    private FakeInstances runTogether(Function<Batch, BatchResult> engine, InferenceRequest... requests) {
        FakeInstances instances = new FakeInstances(1, engine);
        BatcherOptions options = new BatcherOptions(
                new GreedyPolicy(8),
                100,
                List.of(),
                BatchListener.NONE,
                false,
                new ShapeOptions(8, RAGGED),
                BatchGate.OPEN);
        Batcher batcher = new Batcher(Requests.MODEL, options, instances, new FakeTicker(), nanos -> {});
        for (int i = 0; i < requests.length; i++) {
            batcher.enqueue(requests[i], outcomes.of("r" + i));
        }
        batcher.dispatch();
        instances.finishAll();
        return instances;
    }

    @Test
    void shorterMembersArePaddedToTheLongest() {
        Tensor joined = gather.gather(Batches.of(ofRows(1, 2, 5), ofRows(2, 3, 6), ofRows(1, 1, 7)))
                .getFirst();
        assertEquals(new Shape(4, 3), joined.shape());
        assertEquals("[5, 5, -1, 6, 6, 6, 6, 6, 6, 7, -1, -1]", Tensors.text(joined));
        assertTrue(joined.data().isDirect());
    }

    /** The head of the later batches is short: six rows like it would fit, but of those that follow it only four. */
    @Test
    void aShortHeadLetsNoMoreLongOnesInThanThereIsMemoryFor() {
        int mostBytes = 4 * 8 * Long.BYTES;
        int[] failures = {0};
        InferenceRequest[] requests = new InferenceRequest[20];
        Arrays.setAll(requests, i -> ofRows(1, i == 8 || i == 14 ? 5 : 8, i));
        runTogether(
                batch -> {
                    if (gather.gather(batch).getFirst().byteCount() <= mostBytes) {
                        return echo(batch);
                    }
                    failures[0]++;
                    return new BatchResult.Failed(EchoEngine.FAILURE, true);
                },
                requests);
        assertEquals(1, failures[0], "the first of all, of eight rows");
        assertEquals(requests.length, outcomes.count());
    }

    @Test
    void oldContentsOfTheMemoryDoNotShowThrough() {
        gather.gather(Batches.of(ofRows(1, 3, 99), ofRows(1, 3, 99)));
        Tensor joined =
                gather.gather(Batches.of(ofRows(1, 1, 1), ofRows(1, 2, 2))).getFirst();
        assertEquals("[1, -1, 2, 2]", Tensors.text(joined));
    }

    @Test
    void membersOfOneLengthAreNotPadded() {
        Tensor joined =
                gather.gather(Batches.of(ofRows(1, 3, 1), ofRows(1, 3, 2))).getFirst();
        assertEquals("[1, 1, 1, 2, 2, 2]", Tensors.text(joined));
    }

    @Test
    void anInputThatIsNotRaggedIsJoinedAsItIs() {
        Tensor a = Tensors.ofLongs("a", new Shape(1, 2), 8, 9);
        Batch batch = Batches.of(
                Requests.of(Requests.FAR, List.of("y"), Tensors.ofLongs("x", new Shape(1, 1), 1), a),
                Requests.of(Requests.FAR, List.of("y"), Tensors.ofLongs("x", new Shape(1, 2), 2, 3), a));
        assertEquals("[8, 9, 8, 9]", Tensors.text(gather.gather(batch).get(1)));
    }

    @Test
    void lengthsOfOneBucketShareABatchAndGetTheirOwnAnswers() {
        FakeInstances instances = runTogether(this::echo, ofRows(1, 5, 1), ofRows(2, 8, 2), ofRows(0, 6, 3));
        assertEquals(List.of(3), instances.startedRows());
        assertEquals("[1, 1, 1, 1, 1]", outcomes.ids("r0"));
        assertEquals(
                new Shape(1, 5), outcomes.response("r0").outputs().getFirst().shape());
        assertEquals(
                new Shape(2, 8), outcomes.response("r1").outputs().getFirst().shape());
        assertEquals(
                new Shape(0, 6), outcomes.response("r2").outputs().getFirst().shape());
    }

    @Test
    void lengthsThatAreFarApartDoNot() {
        FakeInstances instances = runTogether(this::echo, ofRows(1, 5, 1), ofRows(1, 9, 2), ofRows(1, 8, 3));
        assertEquals(List.of(2, 1), instances.startedRows());
        assertEquals(9, outcomes.response("r1").outputs().getFirst().shape().dimension(1));
    }

    @Test
    void onlyWhoIsShorterGetsACopy() {
        ByteBuffer[] memory = new ByteBuffer[1];
        Function<Batch, BatchResult> remembering = batch -> {
            BatchResult.Ran ran = (BatchResult.Ran) echo(batch);
            memory[0] = ran.outputs().getFirst().data();
            return ran;
        };
        runTogether(remembering, ofRows(1, 5, 1), ofRows(1, 6, 2));
        assertSame(
                memory[0].array(),
                outcomes.response("r1").outputs().getFirst().data().array());
        assertNotSame(
                memory[0].array(),
                outcomes.response("r0").outputs().getFirst().data().array());
    }

    @Test
    void anAnswerOfAnotherLengthThanThePaddedOneEndsBatching() {
        Function<Batch, BatchResult> shortens = batch -> {
            Shape shape = new Shape(batch.rows(), 2);
            return new BatchResult.Ran(List.of(Tensors.ofLongs("y", shape, new long[2 * batch.rows()])), 1, 1);
        };
        FakeInstances instances = runTogether(shortens, ofRows(1, 5, 1), ofRows(1, 6, 2));
        assertEquals(List.of(2, 1, 1), instances.startedRows());
        assertEquals(
                new Shape(1, 2), outcomes.response("r0").outputs().getFirst().shape());
    }

    @Test
    void severalAxesArePaddedAtOnce() {
        RaggedAxes both = new RaggedAxes(Map.of("x", new Padding(List.of(1, 2), List.of("", ""), MINUS_ONE)), Map.of());
        Tensor wide = Tensors.ofLongs("x", new Shape(1, 1, 3), 1, 2, 3);
        Tensor high = Tensors.ofLongs("x", new Shape(1, 2, 1), 4, 5);
        Tensor joined = new BatchGather(8, 1 << 20, both)
                .gather(Batches.of(
                        Requests.of(Requests.FAR, List.of("y"), wide), Requests.of(Requests.FAR, List.of("y"), high)))
                .getFirst();
        assertEquals(new Shape(2, 2, 3), joined.shape());
        assertEquals("[1, 2, 3, -1, -1, -1, 4, -1, -1, 5, -1, -1]", Tensors.text(joined));
        assertEquals(DataType.INT64, joined.dataType());
    }

    @Test
    void withoutRaggedAxesNothingIsShared() {
        BatchKinds kinds = new BatchKinds(RaggedAxes.NONE);
        assertNotEquals(kinds.of(ofRows(1, 5, 1)), kinds.of(ofRows(1, 6, 1)));
        assertEquals(kinds.of(ofRows(1, 5, 1)), kinds.of(ofRows(2, 5, 1)));
    }

    @Test
    void aRequestThatContradictsItselfIsNotPadded() {
        Padding length = new Padding(List.of(1), List.of("length"), MINUS_ONE);
        BatchKinds kinds = new BatchKinds(new RaggedAxes(Map.of("ids", length, "mask", length), Map.of()));
        BatchKind right = kinds.of(masked(7, 7));
        assertEquals(right, kinds.of(masked(6, 6)));
        assertNotEquals(right, kinds.of(masked(6, 7)), "the mask is too long");
        assertNotEquals(right, kinds.of(masked(8, 7)), "the mask is too short");
    }

    private static InferenceRequest masked(int ids, int mask) {
        return Requests.of(
                Requests.FAR,
                List.of("y"),
                Tensors.ofLongs("ids", new Shape(1, ids), new long[ids]),
                Tensors.ofLongs("mask", new Shape(1, mask), new long[mask]));
    }

    @Test
    void anEchoOfOneRunsWithoutPadding() {
        assertEquals(List.of(1), runTogether(new EchoEngine(), ofRows(1, 5, 1)).startedRows());
        assertEquals("[1, 1, 1, 1, 1]", outcomes.ids("r0"));
    }
}
