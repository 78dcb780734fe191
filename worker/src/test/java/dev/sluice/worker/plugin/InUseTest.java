package dev.sluice.worker.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class InUseTest {

    private final AtomicInteger closed = new AtomicInteger();
    private final ClassLoader classes = new PromisedClasses();
    private final InUse<AutoCloseable> use = new InUse<>(closed::incrementAndGet, new ModelId("m", 1), classes);

    @Test
    void itIsClosedOnceByTheLastWhoIsAtIt() {
        int closedMeanwhile = use.apply(prepared -> {
            use.close();
            use.close();
            return closed.get();
        });
        assertEquals(0, closedMeanwhile);
        assertEquals(1, closed.get());
        use.close();
        assertEquals(1, closed.get());
    }

    @Test
    void nobodyBeginsWhenItHasGone() {
        use.close();
        InferenceError error = assertThrows(InferenceException.class, () -> use.apply(prepared -> "done"))
                .error();
        assertInstanceOf(InferenceError.ModelNotReady.class, error);
    }

    @Test
    void whatItThrowsLeavesNobodyBehind() {
        assertThrows(
                IllegalStateException.class,
                () -> use.apply(prepared -> {
                    throw new IllegalStateException();
                }));
        use.close();
        assertEquals(1, closed.get());
    }

    @Test
    void itsLibrariesFindTheirClasses() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        assertEquals(classes, use.apply(prepared -> Thread.currentThread().getContextClassLoader()));
        assertEquals(before, Thread.currentThread().getContextClassLoader());
    }

    @Test
    void whatCannotBeClosedGoesAllTheSame() {
        InUse<AutoCloseable> broken = new InUse<>(
                () -> {
                    closed.incrementAndGet();
                    throw new NoClassDefFoundError();
                },
                new ModelId("m", 1),
                classes);
        broken.close();
        assertEquals(1, closed.get());
    }
}
