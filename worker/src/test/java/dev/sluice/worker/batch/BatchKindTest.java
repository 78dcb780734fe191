package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.Requests;
import dev.sluice.worker.fake.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchKindTest {

    private static BatchKind kind(String output, Tensor... inputs) {
        return BatchKind.of(Requests.of(Requests.FAR, List.of(output), inputs));
    }

    private static Tensor input(String name, long... dimensions) {
        return Tensors.ofLongs(name, new Shape(dimensions), new long[(int) new Shape(dimensions).elementCount()]);
    }

    @Test
    void rowsDoNotMatter() {
        assertEquals(kind("y", input("x", 1, 2, 3)), kind("y", input("x", 9, 2, 3)));
        assertEquals(
                kind("y", input("x", 1, 2, 3)).hashCode(),
                kind("y", input("x", 9, 2, 3)).hashCode());
    }

    @Test
    void everythingElseDoes() {
        BatchKind kind = kind("y", input("x", 1, 2, 3));

        assertNotEquals(kind, kind("y", input("x", 1, 3, 2)));
        assertNotEquals(kind, kind("y", input("x", 1, 2)));
        assertNotEquals(kind, kind("y", input("x", 1, 2, 3, 1)));
        assertNotEquals(kind, kind("y", input("w", 1, 2, 3)));
        assertNotEquals(kind, kind("z", input("x", 1, 2, 3)));
        assertNotEquals(kind, kind("y", input("x", 1, 2, 3), input("w", 1)));
    }

    @Test
    void shapesThatCollideAreToldApart() {
        BatchKind one = kind("y", input("x", 1, 1, 31));
        BatchKind other = kind("y", input("x", 1, 2, 0));

        assertEquals(one.hashCode(), other.hashCode());
        assertNotEquals(one, other);
    }
}
