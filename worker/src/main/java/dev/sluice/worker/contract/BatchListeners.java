package dev.sluice.worker.contract;

/**
 * Two listeners as one.
 *
 * @thread as each of them
 */
record BatchListeners(BatchListener first, BatchListener second) implements BatchListener {

    @Override
    public void queued(ModelId model, int requests, int rows) {
        first.queued(model, requests, rows);
        second.queued(model, requests, rows);
    }

    @Override
    public void flushed(ModelId model, int requests, int rows) {
        first.flushed(model, requests, rows);
        second.flushed(model, requests, rows);
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
    public void answered(ModelId model, AnsweredBatch batch) {
        first.answered(model, batch);
        second.answered(model, batch);
    }

    @Override
    public void failed(ModelId model) {
        first.failed(model);
        second.failed(model);
    }
}
