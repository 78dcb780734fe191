package dev.sluice.worker.batch.sim;

/** Clipper: the largest batch grows by one while it keeps the objective, and shrinks by a tenth when it misses it. */
final class AimdBatching extends StaticBatching {

    private double maxRows = 1;

    AimdBatching(Simulation simulation) {
        super(simulation, simulation.scenario().model().maxRows(), 0);
    }

    @Override
    int maxRows() {
        return (int) maxRows;
    }

    @Override
    void ran(int rows, long runNanos) {
        if (runNanos > simulation.scenario().model().deadlineNanos()) {
            maxRows = Math.max(1, maxRows * 0.9);
        } else if (rows >= maxRows()) {
            maxRows = Math.min(super.maxRows(), maxRows + 1);
        }
    }
}
