package dev.sluice.gateway.front;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.IntToLongFunction;

/** Heap that work on many elements costs, as the JVM counts it for the thread that does the work. */
public final class AllocatedHeap {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FEW = 1000;
    private static final int MANY = 100_000;
    private static final int WARM_UP = 20;

    /** Far less than one byte for each element. */
    private static final long TOLERANCE = 8192;

    private AllocatedHeap() {}

    /** Bytes of the last of several runs, the first of which load classes and take tensor memory. */
    public static long bytes(Runnable run) {
        for (int i = 0; i < WARM_UP; i++) {
            run.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /** @param cost of so many elements, in bytes */
    public static void assertSameForMany(String what, IntToLongFunction cost) {
        long few = cost.applyAsLong(FEW);
        long many = cost.applyAsLong(MANY);
        assertTrue(few > 0, "the JVM counts allocations");
        assertTrue(
                Math.abs(many - few) < TOLERANCE,
                what + ": " + few + " bytes for " + FEW + " elements and " + many + " for " + MANY);
    }
}
