package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class OnnxModelConcurrencyIT {

    private static final int THREADS = 4;
    private static final int CALLS = 5_000;

    @Test
    void threadsThatShareAModelGetTheirOwnAnswers() throws Exception {
        try (LoadedModel add = TestModels.load("add");
                ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Integer>> right = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread * CALLS;
                right.add(threads.submit(() -> runMany(add, first)));
            }
            for (Future<Integer> calls : right) {
                assertEquals(CALLS, calls.get());
            }
        }
    }

    private static int runMany(LoadedModel add, int first) {
        for (int i = 0; i < CALLS; i++) {
            runOnce(add, first + i);
        }
        return CALLS;
    }

    private static void runOnce(LoadedModel add, int value) {
        Tensor a = TestTensors.floats("a", new Shape(1, 3), value, value + 1, value + 2);
        Tensor b = TestTensors.floats("b", new Shape(1, 3), 1, 1, 1);
        Tensor sum = TestModels.run(add, List.of(a, b), List.of("sum")).getFirst();
        assertArrayEquals(new float[] {value + 1, value + 2, value + 3}, TestTensors.floats(sum));
    }

    /** Freeing a session under a call would end this JVM. */
    @Test
    void closingWaitsForCallsAndFailsThoseThatComeLater() throws Exception {
        LoadedModel add = TestModels.load("add");
        CountDownLatch running = new CountDownLatch(THREADS);
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<?>> callers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                callers.add(threads.submit(() -> runUntilClosed(add, running)));
            }
            running.await();
            add.close();
            for (Future<?> caller : callers) {
                var end = assertThrows(ExecutionException.class, caller::get);
                assertInstanceOf(EngineRunException.class, end.getCause());
            }
        }
    }

    private static void runUntilClosed(LoadedModel add, CountDownLatch running) {
        runOnce(add, 0);
        running.countDown();
        while (true) {
            runOnce(add, 1);
        }
    }
}
