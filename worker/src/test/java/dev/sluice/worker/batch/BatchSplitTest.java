package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.Tensors;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows cut apart: each member gets its own, as views. */
class BatchSplitTest {

    @Test
    void cutsEveryOutputByRows() {
        BatchSplit split = new BatchSplit(List.of(
                Tensors.ofLongs("a", new Shape(4), 1, 2, 3, 4),
                Tensors.ofLongs("b", new Shape(4, 2), 10, 11, 20, 21, 30, 31, 40, 41)));
        List<Tensor> first = split.next(1);
        List<Tensor> second = split.next(0);
        List<Tensor> third = split.next(3);
        assertEquals("[1]", Tensors.text(first.get(0)));
        assertEquals("[10, 11]", Tensors.text(first.get(1)));
        assertEquals(new Shape(0, 2), second.get(1).shape());
        assertEquals("[]", Tensors.text(second.get(1)));
        assertEquals("[2, 3, 4]", Tensors.text(third.get(0)));
        assertEquals("[20, 21, 30, 31, 40, 41]", Tensors.text(third.get(1)));
        assertEquals(new Shape(3, 2), third.get(1).shape());
        assertEquals("b", third.get(1).name());
    }

    @Test
    void cutsByteStringsByTheirLengths() {
        BatchSplit split =
                new BatchSplit(List.of(Tensors.ofStrings("s", new Shape(3, 2), "", "eins", "zwölf", "", "", "7")));
        assertEquals("[, eins]", Tensors.text(split.next(1).getFirst()));
        Tensor rest = split.next(2).getFirst();
        assertEquals("[zwölf, , , 7]", Tensors.text(rest));
        assertEquals(new Shape(2, 2), rest.shape());
    }

    @Test
    void cutsAnOutputThatIsItselfAView() {
        Tensor large = Tensors.ofStrings("s", new Shape(3), "skip", "a", "bc");
        BatchSplit split = new BatchSplit(List.of(large.view(2, 8, large.byteCount() - 8)));
        assertEquals("[a]", Tensors.text(split.next(1).getFirst()));
        assertEquals("[bc]", Tensors.text(split.next(1).getFirst()));
    }

    @Test
    void givesViewsAndNotCopies() {
        ByteBuffer memory = ByteBuffer.allocate(2 * Long.BYTES);
        BatchSplit split = new BatchSplit(List.of(new Tensor("a", DataType.INT64, new Shape(2), memory)));
        Tensor first = split.next(1).getFirst();
        Tensor second = split.next(1).getFirst();
        assertSame(memory.array(), second.data().array());
        memory.put(0, (byte) 5);
        memory.put(Long.BYTES, (byte) 6);
        assertEquals("[5]", Tensors.text(first));
        assertEquals("[6]", Tensors.text(second));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BYTES")
    void cutsTypesOfEverySize(DataType type) {
        int rowBytes = 3 * type.elementBytes();
        ByteBuffer memory = ByteBuffer.allocate(4 * rowBytes);
        for (int at = 0; at < memory.limit(); at++) {
            memory.put(at, (byte) at);
        }
        BatchSplit split = new BatchSplit(List.of(new Tensor("a", type, new Shape(4, 3), memory)));
        Tensor first = split.next(1).getFirst();
        Tensor second = split.next(3).getFirst();
        assertEquals(memory.slice(0, rowBytes), first.data());
        assertEquals(memory.slice(rowBytes, 3 * rowBytes), second.data());
    }

    @Test
    void cutsNothingOutOfNothing() {
        BatchSplit split =
                new BatchSplit(List.of(Tensors.ofLongs("a", new Shape(0, 3)), Tensors.ofStrings("s", new Shape(0, 3))));
        assertEquals(new Shape(0, 3), split.next(0).getFirst().shape());
        assertEquals(0, split.next(0).get(1).byteCount());
    }

    @ParameterizedTest
    @CsvSource({"3, 3, true", "3, 2, false", "3, 4, false", "0, 0, true", "0, 1, false"})
    void fitsWhenEveryOutputHasTheBatchsRows(int outputRows, int batchRows, boolean fits) {
        Tensor right = Tensors.ofLongs("a", new Shape(batchRows), new long[batchRows]);
        Tensor other = Tensors.ofLongs("b", new Shape(outputRows, 2), new long[2 * outputRows]);
        assertEquals(fits, BatchSplit.fits(List.of(right, other), batchRows));
    }

    @Test
    void aScalarNeverFits() {
        assertEquals(false, BatchSplit.fits(List.of(Tensors.ofLongs("a", Shape.SCALAR, 1)), 1));
    }
}
