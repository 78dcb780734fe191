package dev.sluice.worker.batch.sim;

import dev.sluice.worker.batch.AdaptivePolicy;
import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchGate;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.BatchRunner;
import dev.sluice.worker.batch.Batcher;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.batch.GroupOptions;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;

/** One model on several devices, each with instances and a cost of its own, and the only clock. */
final class DevicesPlay {

    private static final ModelId MODEL = new ModelId("simulated", 1);
    private static final List<String> OUTPUTS = List.of("y");
    private static final long NEVER = Long.MAX_VALUE;
    private static final int MAX_ROWS = 64;
    private static final int LONG_QUEUE = 1_000_000;

    /**
     * A device.
     *
     * @param nanos of a batch of so many rows
     * @param hangsAtNanos from when on no batch comes back that begins; {@link Long#MAX_VALUE} for never
     */
    record Device(String name, int instances, IntToLongFunction nanos, long hangsAtNanos) {

        static Device ofMillis(String name, int instances, double batch, double row) {
            return new Device(name, instances, rows -> Math.round(1e6 * (batch + row * rows)), NEVER);
        }

        Device hangingAt(long nanos) {
            return new Device(name, instances, this.nanos, nanos);
        }

        /** Every size twice, doubling. */
        List<LatencyPoint> profile() {
            List<LatencyPoint> points = new ArrayList<>();
            for (int rows = 1; rows <= MAX_ROWS; rows *= 2) {
                points.add(new LatencyPoint(rows, nanos.applyAsLong(rows)));
                points.add(new LatencyPoint(rows, nanos.applyAsLong(rows)));
            }
            return points;
        }
    }

    /**
     * What became of it.
     *
     * @param late whose deadline passed before or while they ran: whoever is refused before has been told in time
     * @param latencyNanos the mean of those that were in time
     * @param hundredthNanos what one in a hundred of them took longer than
     * @param worstNanos the longest that one of them took
     * @param rows by device, how many it ran
     * @param untilNanos when the last outcome was there
     */
    record Score(
            int inTime,
            int late,
            int refused,
            double latencyNanos,
            long hundredthNanos,
            long worstNanos,
            List<Integer> rows,
            long untilNanos,
            Capacity capacity,
            BatchingReport report) {

        double inTimePerSecond() {
            return inTime * 1e9 / untilNanos;
        }
    }

    private final List<Runner> runners = new ArrayList<>();
    private final Batcher batcher;
    private final List<Long> tookNanos = new ArrayList<>();
    private final long[] moments;
    private final long patienceNanos;
    private long now;
    private long wakeAt = NEVER;
    private int inTime;
    private int late;
    private int refused;
    private long sumNanos;
    private long worstNanos;
    private long untilNanos;

    private DevicesPlay(List<Device> devices, long[] moments, long patienceNanos) {
        this.moments = moments;
        this.patienceNanos = patienceNanos;
        devices.forEach(device -> runners.add(new Runner(device)));
        BatcherOptions options =
                new BatcherOptions(new AdaptivePolicy(MAX_ROWS, AdaptivePolicy.NO_SLO), LONG_QUEUE, BatchListener.NONE);
        List<GroupOptions> groups = runners.stream()
                .map(runner -> new GroupOptions(runner.device.name, runner, runner.device.profile(), BatchGate.OPEN))
                .toList();
        batcher = new Batcher(MODEL, options, groups, () -> now, nanos -> wakeAt = nanos);
    }

    private final class Runner implements BatchRunner {

        private record Run(long endsAt, Batch batch, Consumer<BatchResult> done) {}

        private final Device device;
        private final List<Run> runs = new ArrayList<>();
        private int rows;

        Runner(Device device) {
            this.device = device;
        }

        @Override
        public int idleInstances() {
            return device.instances - runs.size();
        }

        @Override
        public void run(Batch batch, Consumer<BatchResult> done) {
            rows += batch.rows();
            long endsAt = now >= device.hangsAtNanos ? NEVER : now + device.nanos.applyAsLong(batch.rows());
            runs.add(new Run(endsAt, batch, done));
        }

        long nextEnd() {
            return runs.stream().mapToLong(Run::endsAt).min().orElse(NEVER);
        }

        void endFirst() {
            long end = nextEnd();
            Run over =
                    runs.stream().filter(run -> run.endsAt == end).findFirst().orElseThrow();
            runs.remove(over);
            Tensor output = new Tensor("y", DataType.INT64, new Shape(over.batch.rows(), 0), ByteBuffer.allocate(0));
            over.done.accept(new BatchResult.Ran(List.of(output), 0, 0));
        }
    }

    static Score play(List<Device> devices, long[] moments, long patienceNanos) {
        return new DevicesPlay(devices, moments, patienceNanos).play();
    }

    private Score play() {
        int came = 0;
        while (inTime + late + refused < moments.length) {
            long arrival = came < moments.length ? moments[came] : NEVER;
            Runner first = runners.getFirst();
            for (Runner other : runners) {
                first = other.nextEnd() < first.nextEnd() ? other : first;
            }
            long next = Math.min(first.nextEnd(), Math.min(arrival, wakeAt));
            if (next == NEVER) {
                throw new AssertionError("somebody waits for ever");
            }
            now = Math.max(now, next);
            if (first.nextEnd() == next) {
                first.endFirst();
            } else if (arrival == next) {
                come(came++);
            } else {
                wakeAt = NEVER;
                batcher.wake();
            }
        }
        Map<DropReason, Long> dropped = batcher.report().dropped();
        long queued = dropped.getOrDefault(DropReason.EXPIRED_QUEUED, 0L);
        int expired = (int) (queued + dropped.getOrDefault(DropReason.EXPIRED_RUNNING, 0L));
        return new Score(
                inTime,
                late + expired,
                refused - expired,
                (double) sumNanos / Math.max(1, inTime),
                tookNanos.stream().sorted().skip(inTime * 99L / 100).findFirst().orElse(0L),
                worstNanos,
                runners.stream().map(runner -> runner.rows).toList(),
                untilNanos,
                batcher.capacity(),
                batcher.report());
    }

    private void come(int request) {
        long deadline = now + patienceNanos;
        long cameAt = now;
        batcher.enqueue(
                new InferenceRequest(MODEL, Integer.toString(request), List.of(), OUTPUTS, 1, new Deadline(deadline)),
                outcome -> ended(outcome, cameAt, deadline));
        batcher.dispatch();
    }

    private void ended(InferenceOutcome outcome, long cameAt, long deadline) {
        untilNanos = now;
        switch (outcome) {
            case InferenceResponse answer
            when now <= deadline -> {
                inTime++;
                sumNanos += now - cameAt;
                tookNanos.add(now - cameAt);
                worstNanos = Math.max(worstNanos, now - cameAt);
            }
            case InferenceResponse answer -> late++;
            case InferenceError error -> refused++;
        }
    }
}
