package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Joined rows: complete, in order, in memory that is used again. */
class BatchGatherTest {

    private static final int MAX_ROWS = 8;
    private static final long MAX_BYTES = 1 << 20;

    private final BatchGather gather = new BatchGather(MAX_ROWS, MAX_BYTES);

    private static Batch batch(InferenceRequest... requests) {
        return Batches.of(requests);
    }

    private static InferenceRequest of(Tensor... inputs) {
        return Requests.of(Requests.FAR, List.of("y"), inputs);
    }

    /** Writes to the first element through one tensor and looks whether the other sees it. */
    private static boolean shareMemory(Tensor one, Tensor other) {
        long before = other.data().getLong(other.data().position());
        one.data().putLong(one.data().position(), ~before);
        return other.data().getLong(other.data().position()) == ~before;
    }

    @Test
    void passesABatchOfOneThroughWithoutACopyIfItIsInDirectMemory() {
        ByteBuffer direct = ByteBuffer.allocateDirect(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        InferenceRequest only = of(new Tensor("x", DataType.INT64, new Shape(1, 1), direct));
        assertSame(only.inputs(), gather.gather(batch(only)));
    }

    @Test
    void copiesABatchOfOneIntoDirectMemoryIfItIsNotThere() {
        Tensor copied = gather.gather(batch(Requests.ofIds(1, 2))).getFirst();
        assertEquals("[1, 2]", Tensors.text(copied));
        assertTrue(copied.data().isDirect());
    }

    @Test
    void joinsRowsInTheOrderOfTheMembers() {
        Tensor joined = gather.gather(batch(Requests.ofIds(3, 1), Requests.ofIds(2), Requests.ofIds(9, 8, 7)))
                .getFirst();
        assertEquals("[3, 1, 2, 9, 8, 7]", Tensors.text(joined));
        assertEquals(new Shape(6, 1), joined.shape());
        assertEquals("x", joined.name());
        assertEquals(ByteOrder.LITTLE_ENDIAN, joined.data().order());
        assertTrue(joined.data().isDirect());
    }

    @Test
    void joinsByteStringsWithTheirLengths() {
        Tensor joined = gather.gather(batch(
                        of(Tensors.ofStrings("s", new Shape(2, 1), "", "zwölf")),
                        of(Tensors.ofStrings("s", new Shape(1, 1), "x"))))
                .getFirst();
        assertEquals("[, zwölf, x]", Tensors.text(joined));
        assertEquals(new Shape(3, 1), joined.shape());
    }

    @Test
    void joinsEveryInputIntoMemoryOfItsOwn() {
        Batch batch = batch(
                of(Tensors.ofLongs("a", new Shape(1), 1), Tensors.ofStrings("b", new Shape(1, 2), "p", "q")),
                of(
                        Tensors.ofLongs("a", new Shape(2), 2, 3),
                        Tensors.ofStrings("b", new Shape(2, 2), "r", "", "s", "t")));
        List<Tensor> joined = gather.gather(batch);
        assertEquals("[1, 2, 3]", Tensors.text(joined.get(0)));
        assertEquals("[p, q, r, , s, t]", Tensors.text(joined.get(1)));
        assertEquals(new Shape(3, 2), joined.get(1).shape());
    }

    @Test
    void readsMembersThatAreViewsOfSomethingLarger() {
        Tensor large = Tensors.ofLongs("x", new Shape(4, 1), 10, 11, 12, 13);
        Tensor joined = gather.gather(batch(of(large.view(2, 8, 16)), of(large.view(1, 0, 8))))
                .getFirst();
        assertEquals("[11, 12, 10]", Tensors.text(joined));
        assertEquals("[10, 11, 12, 13]", Tensors.text(large));
    }

    @Test
    void joinsEmptyRows() {
        Tensor joined = gather.gather(batch(Requests.ofIds(), Requests.ofIds(5), Requests.ofIds()))
                .getFirst();
        assertEquals("[5]", Tensors.text(joined));
        assertEquals(new Shape(1, 1), joined.shape());
    }

    @Test
    void usesMemoryAgainWhenItIsLargeEnough() {
        Tensor first =
                gather.gather(batch(Requests.ofIds(1, 2), Requests.ofIds(3))).getFirst();
        Tensor second =
                gather.gather(batch(Requests.ofIds(4), Requests.ofIds(5))).getFirst();
        assertEquals("[4, 5]", Tensors.text(second));
        assertNotSame(first.data(), second.data());
        assertTrue(shareMemory(second, first), "the second batch should live in the memory of the first");
    }

    /** Each row of such a request has this many bytes. */
    private static InferenceRequest wide(int longs, long... ids) {
        return Requests.of(Requests.FAR, longs, List.of("y"), ids);
    }

    @Test
    void keepsMemoryForTheLargestBatchFromTheFirstOn() {
        gather.gather(batch(wide(10, 1)));
        assertEquals(MAX_ROWS * 10 * Long.BYTES, gather.keptBytes());
        for (int rows = 1; rows <= MAX_ROWS; rows++) {
            Tensor joined = gather.gather(batch(wide(10, new long[rows]))).getFirst();
            assertEquals(rows * 10 * Long.BYTES, joined.byteCount());
            assertEquals(MAX_ROWS * 10 * Long.BYTES, gather.keptBytes(), "after " + rows + " rows");
        }
    }

    @Test
    void growsInLargeStepsWhenRowsDo() {
        gather.gather(batch(wide(10, 1)));
        gather.gather(batch(wide(11, new long[MAX_ROWS])));
        assertEquals(1024, gather.keptBytes(), "the power of two above 8 rows of 88 bytes");
        Tensor joined = gather.gather(batch(wide(16, 1, 2), wide(16, 3))).getFirst();
        assertEquals(3, joined.data().getLong(2 * 16 * Long.BYTES));
        assertEquals(1024, gather.keptBytes());
    }

    @Test
    void takesLargerMemoryForARequestOfMoreRowsThanABatchHas() {
        gather.gather(batch(Requests.ofIds(1), Requests.ofIds(2)));
        long[] many = new long[2000];
        Arrays.setAll(many, i -> i);
        Tensor joined =
                gather.gather(batch(Requests.ofIds(many), Requests.ofIds(7))).getFirst();
        assertEquals(2001 * Long.BYTES, joined.byteCount());
        assertEquals(1999, joined.data().getLong(1999 * Long.BYTES));
        assertEquals(7, joined.data().getLong(2000 * Long.BYTES));
    }

    @Test
    void doesNotKeepWhatIsTooLarge() {
        InferenceRequest half = wide((int) (MAX_BYTES / Long.BYTES), 5);
        Tensor first = gather.gather(batch(half, half)).getFirst();
        Tensor second = gather.gather(batch(half, half)).getFirst();
        assertEquals(2 * MAX_BYTES, first.byteCount());
        assertTrue(!shareMemory(first, second), "memory above the bound should not be kept");
        assertEquals(0, gather.keptBytes());
    }

    @Test
    void keepsWhatThereIsRoomForWhereTheLargestBatchIsTooLarge() {
        int width = (int) (MAX_BYTES / 4 / Long.BYTES); // four rows of them fill it
        InferenceRequest row = wide(width, 5);
        Tensor two = gather.gather(batch(row, row)).getFirst();
        assertEquals(MAX_BYTES / 2, gather.keptBytes());
        assertTrue(shareMemory(gather.gather(batch(row, row)).getFirst(), two));
        Tensor three = gather.gather(batch(row, row, row)).getFirst();
        assertEquals(MAX_BYTES, gather.keptBytes());
        assertTrue(shareMemory(gather.gather(batch(row, row, row, row)).getFirst(), three));
        assertEquals(5, three.data().getLong((3 * width - 1) * Long.BYTES));
    }

    @Test
    void allInputsTogetherStayWithinTheBound() {
        int width = (int) (MAX_BYTES / MAX_ROWS / Long.BYTES);
        Tensor a = Tensors.ofLongs("a", new Shape(1, width), new long[width]);
        Tensor b = Tensors.ofLongs("b", new Shape(1, 1), 7);
        List<Tensor> joined = gather.gather(batch(of(a, b), of(a, b)));
        assertEquals(MAX_BYTES, gather.keptBytes());
        assertEquals("[7, 7]", Tensors.text(joined.get(1)));
    }
}
