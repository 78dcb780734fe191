package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches the memory of the process, for neither the heap nor any tool of the JVM shows what ONNX Runtime holds. */
class NativeMemoryIT {

    private static final Path STATM = Path.of("/proc/self/statm");
    private static final long PAGE_BYTES = 4096;
    private static final int CALLS = 50_000;
    private static final int SMALL_CALLS = 400_000;
    private static final int MODELS = 2_000;
    private static final int ELEMENTS = 8192;

    /** The Java heap may grow this far meanwhile; a tensor of 64 KiB left open by each call takes three times that. */
    private static final long BIG = 1L << 30;

    /** Where each call makes little garbage; a few hundred bytes left behind by each would take more. */
    private static final long SMALL = 64L << 20;

    @BeforeEach
    void onLinuxOnly() {
        assumeTrue(Files.isReadable(STATM), "there is no /proc/self/statm here");
    }

    @Test
    void callsGiveBackAllTheyTake() throws Exception {
        Tensor numbers = TestTensors.longs("x", DataType.UINT64, new Shape(1, ELEMENTS), new long[ELEMENTS]);
        try (LoadedModel model = TestModels.load("uint64_any")) {
            model.run(List.of(numbers), List.of("y"));
            long before = residentBytes();
            for (int i = 0; i < CALLS; i++) {
                model.run(List.of(numbers), List.of("y"));
            }
            assertGrowthBelow(BIG, before);
        }
    }

    @Test
    void refusedCallsGiveBackAllTheyTake() throws Exception {
        Tensor numbers = TestTensors.longs("x", DataType.UINT64, new Shape(1, 1, ELEMENTS), new long[ELEMENTS]);
        try (LoadedModel model = TestModels.load("uint64_any")) {
            long before = residentBytes();
            for (int i = 0; i < CALLS; i++) {
                runRefused(model, numbers);
            }
            assertGrowthBelow(BIG, before);
        }
    }

    private static void runRefused(LoadedModel model, Tensor numbers) {
        try {
            model.run(List.of(numbers), List.of("y"));
            throw new AssertionError("a tensor of rank 3 ran through a model of rank 2");
        } catch (InferenceException expected) {
            assertTrue(
                    expected.error().message().contains("rank"),
                    expected.error().message());
        }
    }

    @Test
    void notEvenTheHandlesOfSmallTensorsStay() throws Exception {
        Tensor number = TestTensors.longs("x", DataType.UINT64, new Shape(1, 1), 7);
        try (LoadedModel model = TestModels.load("uint64_any")) {
            runSmall(model, number);
            long before = residentBytes();
            runSmall(model, number);
            assertGrowthBelow(SMALL, before);
        }
    }

    private static void runSmall(LoadedModel model, Tensor number) {
        for (int i = 0; i < SMALL_CALLS; i++) {
            model.run(List.of(number), List.of("y"));
        }
    }

    @Test
    void instancesGiveBackWhatTheyTakeEvenIfTheirCallsAreEnded() throws Exception {
        try (LoadedModel model = TestModels.load("add")) {
            endCalls(model);
            long before = residentBytes();
            endCalls(model);
            assertGrowthBelow(SMALL, before);
        }
    }

    private static void endCalls(LoadedModel model) {
        Tensor a = TestTensors.floats("a", new Shape(1, 3), 1, 2, 3);
        Tensor b = TestTensors.floats("b", new Shape(1, 3), 1, 2, 3);
        for (int i = 0; i < CALLS; i++) {
            try (ModelInstance instance = model.newInstance(1, 1 << 10)) {
                instance.run(List.of(a, b), List.of("sum"));
                instance.terminate();
                assertThrows(EngineRunException.class, () -> instance.run(List.of(a, b), List.of("sum", "minus_a")));
            }
        }
    }

    /** They are kept, for DJL frees in a finalizer what was forgotten. */
    @Test
    void closedModelsGiveBackTheirSessions() throws Exception {
        List<LoadedModel> closed = loadAndClose(MODELS / 10);
        long before = residentBytes();
        closed.addAll(loadAndClose(MODELS));
        assertGrowthBelow(SMALL, before);
        assertEquals(MODELS + MODELS / 10, closed.size());
    }

    private static List<LoadedModel> loadAndClose(int count) throws ModelLoadException {
        List<LoadedModel> closed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LoadedModel model = TestModels.load("add");
            model.close();
            closed.add(model);
        }
        return closed;
    }

    private static void assertGrowthBelow(long limitBytes, long before) throws IOException {
        long growthBytes = residentBytes() - before;
        assertTrue(growthBytes < limitBytes, "the process grew by " + (growthBytes >> 20) + " MiB");
    }

    private static long residentBytes() throws IOException {
        return Long.parseLong(Files.readString(STATM).split(" ")[1]) * PAGE_BYTES;
    }
}
