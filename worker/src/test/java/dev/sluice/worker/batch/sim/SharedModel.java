package dev.sluice.worker.batch.sim;

import dev.sluice.worker.batch.AdaptivePolicy;
import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.BatchRunner;
import dev.sluice.worker.batch.Batcher;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.batch.DeviceShare;
import dev.sluice.worker.batch.DeviceTurns;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.SharedInstances;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One model of a {@link SharedDevice}: Poisson arrivals of one row each, and the batcher of the product. */
final class SharedModel implements BatchRunner {

    private static final ModelId MODEL = new ModelId("simulated", 1);
    private static final int QUEUE = 1024;
    private static final long NEVER = Long.MAX_VALUE;

    private final SharedDevice device;
    private final Scenario.Model model;
    private final double meanGapNanos;
    private final Batcher batcher;
    private final List<Long> latencies = new ArrayList<>();
    private int idle;
    private long arrivesAt;
    private long wakeAt = NEVER;

    SharedModel(SharedDevice device, Scenario.Model model, int instances, double meanGapNanos) {
        this.device = device;
        this.model = model;
        this.meanGapNanos = meanGapNanos;
        this.idle = instances;
        DeviceShare[] joined = new DeviceShare[1];
        Runnable useTurn = () -> device.soon(() -> useTurn(joined[0]));
        joined[0] = new DeviceTurns.Stake(device.turns(), 1).join(useTurn);
        List<LatencyPoint> profile = new ArrayList<>();
        for (int rows = 1; rows <= model.maxRows(); rows *= 2) {
            profile.add(new LatencyPoint(rows, model.nanos(rows)));
            profile.add(new LatencyPoint(rows, model.nanos(rows)));
        }
        AdaptivePolicy policy = new AdaptivePolicy(model.maxRows(), AdaptivePolicy.NO_SLO);
        BatcherOptions options = new BatcherOptions(policy, QUEUE, profile, BatchListener.NONE);
        BatchRunner shared = new SharedInstances(this, joined[0], device::now);
        this.batcher = new Batcher(MODEL, options, shared, device::now, nanos -> wakeAt = nanos);
        this.arrivesAt = nextArrival();
    }

    private long nextArrival() {
        return device.now() + Math.round(-Math.log(1 - device.random().nextDouble()) * meanGapNanos);
    }

    private void useTurn(DeviceShare share) {
        batcher.dispatch();
        share.pass();
    }

    long happensAt() {
        return Math.min(arrivesAt, wakeAt);
    }

    void happen() {
        if (wakeAt <= arrivesAt) {
            wakeAt = NEVER;
            batcher.wake();
            return;
        }
        long came = arrivesAt;
        arrivesAt = nextArrival();
        Deadline deadline = new Deadline(came + model.deadlineNanos());
        batcher.enqueue(
                new InferenceRequest(MODEL, "r", List.of(), List.of("y"), 1, deadline),
                outcome -> ended(outcome, came));
        batcher.dispatch();
    }

    private void ended(InferenceOutcome outcome, long came) {
        if (outcome instanceof InferenceResponse) {
            latencies.add(device.now() - came);
        }
    }

    @Override
    public int idleInstances() {
        return idle;
    }

    @Override
    public void run(Batch batch, Consumer<BatchResult> done) {
        idle--;
        device.run(model.nanos(batch.rows()), runNanos -> {
            idle++;
            Tensor output = new Tensor("y", DataType.INT64, new Shape(batch.rows(), 0), ByteBuffer.allocate(0));
            done.accept(new BatchResult.Ran(List.of(output), 0, runNanos));
        });
    }

    double quantileMillis(double quantile) {
        long[] sorted = latencies.stream().mapToLong(nanos -> nanos).sorted().toArray();
        return sorted[(int) (quantile * (sorted.length - 1))] / 1e6;
    }

    int answers() {
        return latencies.size();
    }
}
