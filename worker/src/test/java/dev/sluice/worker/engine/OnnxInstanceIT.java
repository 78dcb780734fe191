package dev.sluice.worker.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtSession;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.engine.EngineRunException.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Calls that write to memory which is used again, that are ended, and that need more memory than there is. */
class OnnxInstanceIT {

    private static final int MAX_ROWS = 4;
    private static final long MEMORY = 1 << 20;
    private static final List<String> Y = List.of("y");

    /** Some hours of work. */
    private static final Tensor ENDLESS = TestTensors.longs("steps", DataType.INT64, Shape.SCALAR, Long.MAX_VALUE);

    private static Tensor rows(String name, float... values) {
        return TestTensors.floats(name, new Shape(values.length / 3, 3), values);
    }

    private static List<Tensor> sum(ModelInstance add, float... values) {
        return add.run(List.of(rows("a", values), rows("b", new float[values.length])), List.of("sum", "minus_a"));
    }

    @Test
    void anAnswerStaysAsItIsWhenTheNextCallWritesToTheSameMemory() throws ModelLoadException {
        try (LoadedModel model = TestModels.load("add");
                ModelInstance add = model.newInstance(MAX_ROWS, MEMORY)) {
            assertEquals(2 * MAX_ROWS * 3 * Float.BYTES, add.memoryBytes());
            List<Tensor> first = sum(add, 1, 2, 3, 4, 5, 6);
            List<Tensor> second = sum(add, 7, 8, 9);
            assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, TestTensors.floats(first.get(0)));
            assertArrayEquals(new float[] {-1, -2, -3, -4, -5, -6}, TestTensors.floats(first.get(1)));
            assertEquals(new Shape(2, 3), first.get(0).shape());
            assertArrayEquals(new float[] {7, 8, 9}, TestTensors.floats(second.get(0)));
            assertArrayEquals(new float[] {-7, -8, -9}, TestTensors.floats(second.get(1)));
        }
    }

    @Test
    void moreRowsThanTheMemoryHasRoomForAndNoneAtAllRunAsWell() throws ModelLoadException {
        try (LoadedModel model = TestModels.load("add");
                ModelInstance add = model.newInstance(MAX_ROWS, MEMORY)) {
            float[] many = new float[3 * (MAX_ROWS + 1)];
            many[many.length - 1] = 5;
            assertArrayEquals(many, TestTensors.floats(sum(add, many).getFirst()));
            assertEquals(new Shape(0, 3), sum(add).getFirst().shape());
            assertArrayEquals(
                    new float[] {1, 2, 3}, TestTensors.floats(sum(add, 1, 2, 3).getFirst()));
        }
    }

    @Test
    void keepsNoMoreMemoryThanItMay() throws ModelLoadException {
        long one = MAX_ROWS * 3 * Float.BYTES;
        try (LoadedModel model = TestModels.load("add");
                ModelInstance add = model.newInstance(MAX_ROWS, 2 * one - 1)) {
            assertEquals(one, add.memoryBytes(), "room for one of the two outputs");
            List<Tensor> outputs = sum(add, 1, 2, 3);
            assertArrayEquals(new float[] {1, 2, 3}, TestTensors.floats(outputs.get(0)));
            assertArrayEquals(new float[] {-1, -2, -3}, TestTensors.floats(outputs.get(1)));
        }
    }

    @Test
    void aModelWhoseOutputsHaveOtherRowsThanItsInputsGetsNoMemoryAfterItsFirstCall() throws ModelLoadException {
        try (LoadedModel model = TestModels.load("twice");
                ModelInstance twice = model.newInstance(MAX_ROWS, MEMORY)) {
            assertTrue(twice.memoryBytes() > 0);
            for (int call = 0; call < 2; call++) {
                Tensor y = twice.run(List.of(rows("x", 1, 2, 3)), Y).getFirst();
                assertArrayEquals(new float[] {1, 2, 3, 1, 2, 3}, TestTensors.floats(y));
                assertEquals(0, twice.memoryBytes());
            }
        }
    }

    @Test
    void stringsAndWideUnsignedIntegersStayTheEngines() throws ModelLoadException {
        for (String name : List.of("string_any", "uint64_any")) {
            try (LoadedModel model = TestModels.load(name);
                    ModelInstance instance = model.newInstance(MAX_ROWS, MEMORY)) {
                assertEquals(0, instance.memoryBytes(), name);
            }
        }
    }

    /** Returns when the call is under way. */
    private static Future<List<Tensor>> runEndlessly(ExecutorService thread, ModelInstance loop) throws Exception {
        return runEndlessly(thread, loop, new Object());
    }

    private static Future<List<Tensor>> runEndlessly(ExecutorService thread, ModelInstance loop, Object name)
            throws Exception {
        Thread runner = thread.submit(Thread::currentThread).get();
        Future<List<Tensor>> call = thread.submit(() -> loop.run(name, List.of(ENDLESS), Y));
        while (Arrays.stream(runner.getStackTrace())
                .noneMatch(frame -> frame.getClassName().equals(OrtSession.class.getName()))) {
            assertFalse(call.isDone());
        }
        return call;
    }

    @Test
    void aCallThatIsEndedReturnsAndLeavesTheOthersAlone() throws Exception {
        try (LoadedModel model = TestModels.load("loop");
                ModelInstance ended = model.newInstance(1, MEMORY);
                ModelInstance other = model.newInstance(1, MEMORY);
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<List<Tensor>> call = runEndlessly(thread, ended);
            assertFalse(call.isDone());
            ended.terminate();
            var end = assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
            EngineRunException failure = assertInstanceOf(EngineRunException.class, end.getCause());
            assertEquals(Reason.TERMINATED, failure.reason());
            assertThrows(EngineRunException.class, () -> ended.run(List.of(steps(1)), Y), "later calls are ended too");
            assertArrayEquals(
                    new float[] {5},
                    TestTensors.floats(other.run(List.of(steps(5)), Y).getFirst()));
        }
    }

    @Test
    void aCallThatIsWithdrawnReturnsAndTheNextOneRuns() throws Exception {
        try (LoadedModel model = TestModels.load("loop");
                ModelInstance instance = model.newInstance(1, MEMORY);
                ExecutorService thread = Executors.newSingleThreadExecutor()) {
            for (int i = 1; i < 5; i++) {
                Object name = new Object();
                Future<List<Tensor>> call = runEndlessly(thread, instance, name);
                instance.withdraw(new Object());
                assertFalse(call.isDone(), "that was another call");
                instance.withdraw(name);
                var end = assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
                EngineRunException failure = assertInstanceOf(EngineRunException.class, end.getCause());
                assertEquals(Reason.WITHDRAWN, failure.reason());
                instance.withdraw(name); // too late for that call, and not meant for the next one
                List<Tensor> next = instance.run(List.of(steps(i)), Y);
                assertArrayEquals(new float[] {i}, TestTensors.floats(next.getFirst()));
            }
            instance.terminate();
            instance.withdraw(new Object());
            var ended = assertThrows(EngineRunException.class, () -> instance.run(List.of(steps(1)), Y));
            assertEquals(Reason.TERMINATED, ended.reason());
        }
    }

    @Test
    void aCallThatIsWithdrawnBeforeItsBeginningDoesNotRun() throws Exception {
        try (LoadedModel model = TestModels.load("loop");
                ModelInstance instance = model.newInstance(1, MEMORY)) {
            Object name = new Object();
            instance.withdraw(name);
            var end = assertThrows(EngineRunException.class, () -> instance.run(name, List.of(ENDLESS), Y));
            assertEquals(Reason.WITHDRAWN, end.reason());
            assertArrayEquals(
                    new float[] {3},
                    TestTensors.floats(instance.run(List.of(steps(3)), Y).getFirst()));
        }
    }

    private static Tensor steps(long count) {
        return TestTensors.longs("steps", DataType.INT64, Shape.SCALAR, count);
    }

    /** The first two would end this JVM if they touched memory that has been freed. */
    @Test
    void endingAndClosingInAnyOrderDoesNoHarm() throws ModelLoadException {
        LoadedModel model = TestModels.load("loop");
        ModelInstance instance = model.newInstance(1, MEMORY);
        instance.close();
        instance.terminate();
        instance.close();
        assertThrows(IllegalStateException.class, () -> instance.run(List.of(steps(1)), Y));
        model.close();
        try (ModelInstance orphan = model.newInstance(1, MEMORY)) {
            assertThrows(EngineRunException.class, () -> orphan.run(List.of(steps(1)), Y));
        }
    }

    @Test
    void aModelIsClosedOnceItsEndedCallsHaveReturned() throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            LoadedModel model = TestModels.load("loop");
            ModelInstance instance = model.newInstance(1, MEMORY);
            Future<List<Tensor>> call = runEndlessly(thread, instance);
            instance.terminate();
            model.close();
            assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
            instance.close();
            var refused = assertThrows(EngineRunException.class, () -> TestModels.run(model, List.of(steps(1)), Y));
            assertTrue(String.valueOf(refused.getMessage()).contains("closed"), "it should not have been left open");
        }
    }

    @Test
    void aModelIsFreedNoSoonerThanTheCallUnderItReturns() throws Exception {
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            LoadedModel model = TestModels.load("loop");
            try (ModelInstance instance = model.newInstance(1, MEMORY)) {
                Future<List<Tensor>> call = runEndlessly(thread, instance);
                model.close();
                assertFalse(call.isDone());
                instance.terminate();
                assertThrows(ExecutionException.class, () -> call.get(30, TimeUnit.SECONDS));
            }
            assertThrows(EngineRunException.class, () -> TestModels.run(model, List.of(steps(5)), Y));
        }
    }

    @Test
    void saysWhenThereIsNotEnoughMemory() throws ModelLoadException {
        try (LoadedModel model = TestModels.load("fill")) {
            Tensor size = TestTensors.longs("size", DataType.INT64, new Shape(1), 1L << 50);
            EngineRunException failure =
                    assertThrows(EngineRunException.class, () -> TestModels.run(model, List.of(size), Y));
            assertEquals(Reason.OUT_OF_MEMORY, failure.reason(), failure.getMessage());
        }
    }

    @Test
    void saysWhenABatchIsTooLargeForTheMemory() throws ModelLoadException {
        try (LoadedModel model = TestModels.load("crowded")) {
            Tensor two = TestTensors.floats("x", new Shape(2, 1), 5, 6);
            Tensor three = TestTensors.floats("x", new Shape(3, 1), 5, 6, 7);
            EngineRunException failure =
                    assertThrows(EngineRunException.class, () -> TestModels.run(model, List.of(three), Y));
            assertEquals(Reason.OUT_OF_MEMORY, failure.reason(), failure.getMessage());
            assertArrayEquals(
                    new float[] {5, 6},
                    TestTensors.floats(TestModels.run(model, List.of(two), Y).getFirst()));
        }
    }
}
