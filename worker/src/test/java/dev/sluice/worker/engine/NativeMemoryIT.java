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
        try (LoadedModel model = TestModels.load("uint64_any");
                ModelInstance instance = model.newInstance(1, 0)) {
            instance.run(List.of(numbers), List.of("y"));
            long before = residentBytes();
            for (int i = 0; i < CALLS; i++) {
                instance.run(List.of(numbers), List.of("y"));
            }
            assertGrowthBelow(BIG, before);
        }
    }

    @Test
    void refusedCallsGiveBackAllTheyTake() throws Exception {
        Tensor numbers = TestTensors.longs("x", DataType.UINT64, new Shape(1, 1, ELEMENTS), new long[ELEMENTS]);
        try (LoadedModel model = TestModels.load("uint64_any");
                ModelInstance instance = model.newInstance(1, 0)) {
            long before = residentBytes();
            for (int i = 0; i < CALLS; i++) {
                runRefused(instance, numbers);
            }
            assertGrowthBelow(BIG, before);
        }
    }

    private static void runRefused(ModelInstance instance, Tensor numbers) {
        try {
            instance.run(List.of(numbers), List.of("y"));
            throw new AssertionError("a tensor of rank 3 ran through a model of rank 2");
        } catch (InferenceException expected) {
            assertTrue(
                    expected.error().message().contains("rank"),
                    expected.error().message());
        }
    }

    /** Of tensors in our memory as well as in the engine's. */
    @Test
    void notEvenTheHandlesOfSmallTensorsStay() throws Exception {
        Tensor number = TestTensors.longs("x", DataType.UINT64, new Shape(1, 1), 7);
        Tensor a = TestTensors.floats("a", new Shape(1, 3), 1, 2, 3);
        Tensor b = TestTensors.floats("b", new Shape(1, 3), 1, 2, 3);
        try (LoadedModel casting = TestModels.load("uint64_any");
                LoadedModel adding = TestModels.load("add");
                ModelInstance engines = casting.newInstance(1, 0);
                ModelInstance ours = adding.newInstance(1, 1 << 10)) {
            assertTrue(ours.memoryBytes() > 0);
            runSmall(engines, List.of(number), List.of("y"));
            runSmall(ours, List.of(a, b), List.of("sum"));
            long before = residentBytes();
            runSmall(engines, List.of(number), List.of("y"));
            runSmall(ours, List.of(a, b), List.of("sum"));
            assertGrowthBelow(SMALL, before);
        }
    }

    private static void runSmall(ModelInstance instance, List<Tensor> inputs, List<String> outputs) {
        for (int i = 0; i < SMALL_CALLS; i++) {
            instance.run(inputs, outputs);
        }
    }

    @Test
    void callsThatAreEndedGiveBackAllTheyTake() throws Exception {
        Tensor numbers = TestTensors.longs("x", DataType.UINT64, new Shape(1, ELEMENTS), new long[ELEMENTS]);
        try (LoadedModel model = TestModels.load("uint64_any");
                ModelInstance instance = model.newInstance(1, 0)) {
            instance.terminate();
            long before = residentBytes();
            for (int i = 0; i < CALLS; i++) {
                assertThrows(EngineRunException.class, () -> instance.run(List.of(numbers), List.of("y")));
            }
            assertGrowthBelow(BIG, before);
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
