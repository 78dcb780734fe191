package dev.sluice.worker.batch.sim;

import dev.sluice.worker.batch.AdaptivePolicy;
import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.BatchRunner;
import dev.sluice.worker.batch.Batcher;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.batch.DeviceShare;
import dev.sluice.worker.batch.DeviceTurns;
import dev.sluice.worker.batch.SharedInstances;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * What the batcher itself costs for each request: enqueue, decide, form, settle, without an engine. It says nothing on a
 * busy machine, so it runs only when asked for: {@code mvn -pl worker test -Dtest=BatcherCost}.
 */
class BatcherCost implements BatchRunner {

    private static final ModelId MODEL = new ModelId("cost", 1);
    private static final List<String> OUTPUTS = List.of("y");
    private static final int GROUP = 16;
    private static final int MAX_ROWS = 64;
    private static final long RUN_NANOS = 1000;
    private static final int REQUESTS = 2_000_000;
    private static final int REQUESTS_OF_KINDS = 200_000;

    private Batcher batcher = batcher(true);
    private long now;
    private long answered;
    private @Nullable Batch running;
    private Consumer<BatchResult> done = result -> {};

    private Batcher batcher(boolean takesTurns) {
        DeviceShare share = new DeviceTurns.Stake(new DeviceTurns(1), 1).join(() -> {});
        BatchRunner runner = takesTurns ? new SharedInstances(this, share, () -> now) : this;
        BatcherOptions options =
                new BatcherOptions(new AdaptivePolicy(MAX_ROWS, AdaptivePolicy.NO_SLO), 1024, BatchListener.NONE);
        return new Batcher(MODEL, options, runner, () -> now, nanos -> {});
    }

    @Override
    public int idleInstances() {
        return running == null ? 1 : 0;
    }

    @Override
    public void run(Batch batch, Consumer<BatchResult> whenDone) {
        running = batch;
        done = whenDone;
    }

    private void finish() {
        Batch batch = running;
        if (batch != null) {
            running = null;
            now += RUN_NANOS + 10L * batch.rows();
            Tensor output = new Tensor("y", DataType.INT64, new Shape(batch.rows(), 0), ByteBuffer.allocate(0));
            done.accept(new BatchResult.Ran(List.of(output), 0, 0));
        }
    }

    /** Groups of requests come; after some groups, a batch comes back. */
    private double cpuNanosForEach(long patience, int groupsForEachBatch) {
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < REQUESTS / GROUP; i++) {
            for (int j = 0; j < GROUP; j++) {
                now += 5;
                batcher.enqueue(
                        new InferenceRequest(MODEL, "r", List.of(), OUTPUTS, 1, new Deadline(now + patience)),
                        outcome -> answered++);
            }
            batcher.dispatch();
            if (i % groupsForEachBatch == 0) {
                finish();
            }
        }
        while (running != null) {
            finish();
        }
        return (double) (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / REQUESTS;
    }

    /** As many wait as there are kinds, each of another kind; one is answered, and one more of its kind comes. */
    private double cpuNanosForEachOf(int kinds, int clients) {
        List<InferenceRequest> requests = IntStream.range(0, kinds)
                .mapToObj(kind -> ofKind(kind, "client" + kind % clients))
                .toList();
        requests.forEach(request -> batcher.enqueue(request, outcome -> answered++));
        batcher.dispatch();
        long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        for (int i = 0; i < REQUESTS_OF_KINDS; i++) {
            batcher.enqueue(requests.get(i % kinds), outcome -> answered++);
            finish();
        }
        double each =
                (double) (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start) / REQUESTS_OF_KINDS;
        batcher.refuseAll(new InferenceError.Draining());
        finish();
        return each;
    }

    private static InferenceRequest ofKind(int kind, String client) {
        Tensor input = new Tensor("x", DataType.FP32, new Shape(1, kind), ByteBuffer.allocate(4 * kind));
        Deadline far = new Deadline(Long.MAX_VALUE / 2);
        return new InferenceRequest(MODEL, "r", List.of(input), OUTPUTS, 1, 0, client, far, Cancellation.NEVER);
    }

    @Test
    void print() {
        for (int kinds : new int[] {1, 10, 1000}) {
            BatcherCost cost = new BatcherCost();
            print(kinds + " kinds, one client", () -> cost.cpuNanosForEachOf(kinds, 1));
            print(kinds + " kinds, as many clients", () -> cost.cpuNanosForEachOf(kinds, kinds));
        }
        print("ample deadlines, batches of 16", 30_000_000_000L, 1);
        print("the same, without a device to share", 30_000_000_000L, 1, false);
        print("ample deadlines, batches of 64", 30_000_000_000L, 4);
        print("deadlines of 3 batches, three times too many", 5000, 12);
        print("deadlines of 20 batches, three times too many", 33_000, 12);
    }

    private static void print(String name, long patience, int groupsForEachBatch) {
        print(name, patience, groupsForEachBatch, true);
    }

    private static void print(String name, long patience, int groupsForEachBatch, boolean takesTurns) {
        BatcherCost cost = new BatcherCost();
        cost.batcher = cost.batcher(takesTurns);
        print(name, () -> cost.cpuNanosForEach(patience, groupsForEachBatch));
    }

    private static void print(String name, DoubleSupplier cpuNanos) {
        double best = Double.MAX_VALUE;
        for (int repeat = 0; repeat < 5; repeat++) {
            best = Math.min(best, cpuNanos.getAsDouble());
        }
        System.out.printf(Locale.ROOT, "%-50s %6.0f ns of CPU for each request%n", name, best);
    }
}
