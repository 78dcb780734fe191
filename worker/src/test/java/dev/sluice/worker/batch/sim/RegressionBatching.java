package dev.sluice.worker.batch.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * BentoML's rule: least squares over the last 50 batches; the head is given up when it is predicted to be late; and with
 * every tick of a millisecond the batch waits on as long as one more request is worth it.
 */
final class RegressionBatching implements Contender {

    private static final long TICK = 1_000_000;
    private static final int KEPT = 50;
    private static final long MAX_LATENCY_BY_DEFAULT = 60_000_000_000L;

    private record Sample(int rows, double nanos, double waited) {}

    private final Simulation simulation;
    private final long maxLatencyNanos;
    private final ArrayDeque<Integer> queue = new ArrayDeque<>();
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private double rowNanos;
    private double batchNanos;
    private double meanWait;
    private int newest;

    private RegressionBatching(Simulation simulation, long maxLatencyNanos) {
        this.simulation = simulation;
        this.maxLatencyNanos = maxLatencyNanos;
        this.rowNanos = Math.min(2e9, maxLatencyNanos * 2.0 / 30);
        this.batchNanos = Math.min(1e9, maxLatencyNanos / 30.0);
    }

    /** As it comes: the longest latency that it tolerates is a constant, and nobody has changed it. */
    static Contender asItComes(Simulation simulation) {
        return new RegressionBatching(simulation, MAX_LATENCY_BY_DEFAULT);
    }

    /** By somebody who knows the clients' deadline. */
    static Contender toldTheDeadline(Simulation simulation) {
        return new RegressionBatching(simulation, simulation.scenario().model().deadlineNanos());
    }

    @Override
    public void arrived(int request, long nowNanos) {
        newest = request;
        queue.add(request);
        decide();
    }

    @Override
    public void woken(long nowNanos) {
        decide();
    }

    private void decide() {
        while (!queue.isEmpty() && simulation.idle() > 0) {
            int rows = queue.size();
            long oldest = simulation.now() - simulation.moment(queue.element());
            long youngest = simulation.now() - simulation.moment(newest);
            if (simulation.deadline(queue.element()) <= simulation.now()) {
                simulation.refuse(queue.remove());
            } else if (rows > 1 && oldest + rowNanos * rows + batchNanos >= maxLatencyNanos) {
                simulation.refuse(queue.remove());
            } else if (rows < maxRows() && rows * (youngest + TICK + rowNanos) <= 0.95 * meanWait) {
                simulation.wakeAt(simulation.now() + TICK);
                return;
            } else {
                run(Math.min(rows, maxRows()), oldest);
            }
        }
    }

    private int maxRows() {
        return simulation.scenario().model().maxRows();
    }

    private void run(int rows, long waited) {
        List<Integer> members = new ArrayList<>();
        while (members.size() < rows) {
            members.add(queue.remove());
        }
        simulation.run(rows, runNanos -> {
            members.forEach(simulation::answer);
            learn(new Sample(rows, runNanos, waited));
            decide();
        });
    }

    private void learn(Sample newSample) {
        samples.add(newSample);
        if (samples.size() > KEPT) {
            samples.remove();
        }
        double n = samples.size();
        double x = 0;
        double y = 0;
        double xx = 0;
        double xy = 0;
        double waits = 0;
        for (Sample sample : samples) {
            x += sample.rows;
            y += sample.nanos;
            xx += (double) sample.rows * sample.rows;
            xy += sample.rows * sample.nanos;
            waits += sample.waited;
        }
        double spread = n * xx - x * x;
        double slope = spread > 0 ? (n * xy - x * y) / spread : x * y / (x * x + n * n);
        rowNanos = Math.max(1, slope);
        batchNanos = Math.max(0, (y - rowNanos * x) / n);
        meanWait = waits / n;
    }
}
