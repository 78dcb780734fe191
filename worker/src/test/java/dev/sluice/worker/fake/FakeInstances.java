package dev.sluice.worker.fake;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.BatchRunner;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Instances that run an engine written in the test, and only when the test says so. */
public final class FakeInstances implements BatchRunner {

    private record Running(Batch batch, Consumer<BatchResult> done) {}

    private final int instances;
    private final Function<Batch, BatchResult> engine;
    private final List<Running> running = new ArrayList<>();
    private final List<Batch> started = new ArrayList<>();
    private final List<Batch> withdrawn = new ArrayList<>();

    public FakeInstances(int instances, Function<Batch, BatchResult> engine) {
        this.instances = instances;
        this.engine = engine;
    }

    @Override
    public int idleInstances() {
        return instances - running.size();
    }

    @Override
    public void run(Batch batch, Consumer<BatchResult> done) {
        if (idleInstances() == 0) {
            throw new AssertionError("a batch was handed over while no instance was idle");
        }
        if (batch.size() == 0) {
            throw new AssertionError("an empty batch was handed over");
        }
        started.add(batch);
        running.add(new Running(batch, done));
    }

    @Override
    public void withdraw(Batch batch) {
        if (running.stream().map(Running::batch).noneMatch(batch::equals)) {
            throw new AssertionError("a batch was withdrawn that does not run");
        }
        if (withdrawn.contains(batch)) {
            throw new AssertionError("a batch was withdrawn twice");
        }
        withdrawn.add(batch);
    }

    /** Batches that nobody waits for any more; they come back all the same. */
    public List<Batch> withdrawn() {
        return Collections.unmodifiableList(withdrawn);
    }

    public int running() {
        return running.size();
    }

    /** Every batch so far, in the order in which they were handed over. */
    public List<Batch> started() {
        return Collections.unmodifiableList(started);
    }

    /** How many rows each batch had so far. */
    public List<Integer> startedRows() {
        return started.stream().map(Batch::rows).toList();
    }

    /** Lets the batch that runs longest come to its end. */
    public void finishNext() {
        finish(0);
    }

    public void finish(int index) {
        Running ends = running.remove(index);
        boolean isEnded = withdrawn.contains(ends.batch());
        ends.done().accept(isEnded ? new BatchResult.Withdrawn() : engine.apply(ends.batch()));
    }

    /** Lets everything come to its end, whatever is handed over meanwhile included. */
    public void finishAll() {
        while (!running.isEmpty()) {
            finishNext();
        }
    }
}
