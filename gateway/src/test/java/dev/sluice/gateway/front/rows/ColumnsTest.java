package dev.sluice.gateway.front.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class ColumnsTest {

    private static Description model(TensorSpec... inputs) {
        TensorSpec output = new TensorSpec("y", DataType.FP32, new Shape(-1, 1));
        return new Description("test", new Signature(List.of(inputs), List.of(output), true), List.of(), 8, 1, "a");
    }

    private static TensorSpec column(String name) {
        return new TensorSpec(name, DataType.FP32, new Shape(-1, 1));
    }

    /** For a model of a thousand columns they take longer than its rows. */
    @Test
    void theNamesThatAModelDeclaresAreMadeOnceForEachLoading() {
        Description loading = model(column("a"), column("b"));
        assertSame(Columns.of(loading).quotable(1), Columns.of(loading).quotable(1));
        Description equal = model(column("a"), column("b"));
        assertEquals(loading, equal);
        assertNotSame(Columns.of(loading).quotable(1), Columns.of(equal).quotable(1));
    }

    @Test
    void theNamesOfATableAreItsOwn() {
        Description open = model(new TensorSpec("x", DataType.FP32, new Shape(-1, -1)));
        Columns first = Columns.of(open);
        ColumnNames given = new ColumnNames(first, "columns");
        given.add("a");
        given.add("b");
        first.places(given);
        assertEquals(2, first.count());
        assertEquals(Columns.OPEN, Columns.of(open).count());
    }

    @Test
    void aModelThatTakesNoTablesTakesNoneLater() {
        Description pictures = model(new TensorSpec("x", DataType.FP32, new Shape(-1, 3, 8, 8)));
        for (int i = 0; i < 2; i++) {
            assertThrows(InferenceException.class, () -> Columns.of(pictures));
        }
    }
}
