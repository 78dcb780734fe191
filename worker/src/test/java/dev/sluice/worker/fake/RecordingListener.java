package dev.sluice.worker.fake;

import dev.sluice.worker.contract.AnsweredBatch;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.DropReason;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.contract.LearnedLatency;
import dev.sluice.worker.contract.ModelId;
import java.util.ArrayList;
import java.util.List;

/** Keeps what it hears, one line of text for each event. */
public final class RecordingListener implements BatchListener {

    private final List<String> events = new ArrayList<>();

    @Override
    public void queued(ModelId model, int priority, int requests) {
        events.add("queued " + requests + " of priority " + priority);
    }

    @Override
    public void flushed(ModelId model, int requests, int rows, FlushReason reason) {
        events.add("flushed " + requests + " " + rows + " " + reason);
    }

    @Override
    public void waited(ModelId model, long queueNanos) {
        events.add("waited " + queueNanos);
    }

    @Override
    public void ran(ModelId model, long gatherNanos, long runNanos) {
        events.add("ran " + gatherNanos + " " + runNanos);
    }

    @Override
    public void answered(ModelId model, AnsweredBatch batch) {
        events.add("answered " + batch.requests() + " " + batch.rows() + " " + batch.queueNanos());
    }

    @Override
    public void joined(ModelId model, long queueNanos, long gatherNanos, long runNanos) {
        events.add("joined " + queueNanos + " " + gatherNanos + " " + runNanos);
    }

    @Override
    public void learned(ModelId model, long predictedNanos, long takenNanos, LearnedLatency latency) {
        events.add("learned " + predictedNanos + " " + takenNanos + " " + latency.batches());
    }

    @Override
    public void dropped(ModelId model, DropReason reason) {
        events.add("dropped " + reason);
    }

    @Override
    public void failed(ModelId model) {
        events.add("failed");
    }

    @Override
    public void withdrawn(ModelId model) {
        events.add("withdrawn");
    }

    /** What was heard since the last call. */
    public List<String> takeEvents() {
        List<String> taken = List.copyOf(events);
        events.clear();
        return taken;
    }
}
