package dev.sluice.worker.contract;

/**
 * Two listeners as one.
 *
 * @thread as each of them
 */
record BatchListeners(BatchListener first, BatchListener second) implements BatchListener {

    @Override
    public void queued(ModelId model, int priority, int requests) {
        first.queued(model, priority, requests);
        second.queued(model, priority, requests);
    }

    @Override
    public void flushed(ModelId model, int requests, int rows, FlushReason reason) {
        first.flushed(model, requests, rows, reason);
        second.flushed(model, requests, rows, reason);
    }

    @Override
    public void waited(ModelId model, long queueNanos) {
        first.waited(model, queueNanos);
        second.waited(model, queueNanos);
    }

    @Override
    public void ran(ModelId model, long gatherNanos, long runNanos) {
        first.ran(model, gatherNanos, runNanos);
        second.ran(model, gatherNanos, runNanos);
    }

    @Override
    public void learned(ModelId model, long predictedNanos, long takenNanos, LearnedLatency latency) {
        first.learned(model, predictedNanos, takenNanos, latency);
        second.learned(model, predictedNanos, takenNanos, latency);
    }

    @Override
    public void answered(ModelId model, AnsweredBatch batch) {
        first.answered(model, batch);
        second.answered(model, batch);
    }

    @Override
    public void joined(ModelId model, long queueNanos, long gatherNanos, long runNanos) {
        first.joined(model, queueNanos, gatherNanos, runNanos);
        second.joined(model, queueNanos, gatherNanos, runNanos);
    }

    @Override
    public void failed(ModelId model) {
        first.failed(model);
        second.failed(model);
    }

    @Override
    public void withdrawn(ModelId model) {
        first.withdrawn(model);
        second.withdrawn(model);
    }

    @Override
    public void dropped(ModelId model, DropReason reason) {
        first.dropped(model, reason);
        second.dropped(model, reason);
    }

    @Override
    public void circuit(ModelId model, CircuitState state) {
        first.circuit(model, state);
        second.circuit(model, state);
    }
}
