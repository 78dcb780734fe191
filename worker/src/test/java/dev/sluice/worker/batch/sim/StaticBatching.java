package dev.sluice.worker.batch.sim;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * A batch leaves when it is full, or when its oldest request has waited for a fixed delay: Triton, TensorFlow Serving and
 * most others. Greedy is the same with no delay.
 *
 * <p>Drops what has expired, and nothing else.
 */
class StaticBatching implements Contender {

    final Simulation simulation;
    private final ArrayDeque<Integer> queue = new ArrayDeque<>();
    private final int maxRows;
    private final long delayNanos;

    StaticBatching(Simulation simulation, int maxRows, long delayNanos) {
        this.simulation = simulation;
        this.maxRows = maxRows;
        this.delayNanos = delayNanos;
    }

    static Contender.Maker with(int maxRows, long delayNanos) {
        return simulation -> new StaticBatching(simulation, maxRows, delayNanos);
    }

    int maxRows() {
        return maxRows;
    }

    @Override
    public void arrived(int request, long nowNanos) {
        queue.add(request);
        dispatch(nowNanos);
    }

    @Override
    public void woken(long nowNanos) {
        dispatch(nowNanos);
    }

    final void dispatch(long now) {
        while (!queue.isEmpty() && simulation.deadline(queue.element()) <= now) {
            simulation.refuse(queue.remove());
        }
        while (!queue.isEmpty() && simulation.idle() > 0) {
            long due = simulation.moment(queue.element()) + delayNanos;
            if (queue.size() < maxRows() && due > now) {
                simulation.wakeAt(due);
                return;
            }
            runHead(Math.min(maxRows(), queue.size()));
        }
    }

    private void runHead(int rows) {
        int[] members = new int[rows];
        for (int i = 0; i < rows; i++) {
            members[i] = queue.remove();
        }
        simulation.run(rows, runNanos -> {
            Arrays.stream(members).forEach(simulation::answer);
            ran(rows, runNanos);
            dispatch(simulation.now());
        });
    }

    /** A batch came back. */
    void ran(int rows, long runNanos) {}
}
