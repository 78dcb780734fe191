package dev.sluice.worker.batch.sim;

import dev.sluice.worker.batch.AdaptivePolicy;
import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchPolicy;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.BatchRunner;
import dev.sluice.worker.batch.Batcher;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;

/** The batcher of the product, exactly as it serves, with the simulation as its clock, timer and instances. */
final class SluiceBatching implements Contender, BatchRunner {

    private static final ModelId MODEL = new ModelId("simulated", 1);
    private static final List<String> OUTPUTS = List.of("y");
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int LONG_QUEUE = 1_000_000;

    private final Simulation simulation;
    private final Batcher batcher;
    private final BitSet started = new BitSet();

    private SluiceBatching(Simulation simulation, List<LatencyPoint> profile) {
        this.simulation = simulation;
        BatchPolicy policy = new AdaptivePolicy(simulation.scenario().model().maxRows(), AdaptivePolicy.NO_SLO);
        BatcherOptions options = new BatcherOptions(policy, LONG_QUEUE, profile, BatchListener.NONE);
        this.batcher = new Batcher(MODEL, options, this, simulation::now, simulation::wakeAt);
    }

    /** As it serves after it has tried the model out. */
    static Contender profiled(Simulation simulation) {
        return profiled(simulation, 1);
    }

    /** The same with a profile that is wrong by that factor: every size twice, from one row to the most, doubling. */
    static Contender profiled(Simulation simulation, double factor) {
        Scenario.Model model = simulation.scenario().model();
        List<LatencyPoint> profile = new ArrayList<>();
        for (int rows = 1; rows <= model.maxRows(); rows *= 2) {
            LatencyPoint point = new LatencyPoint(rows, Math.round(factor * model.nanos(rows)));
            profile.add(point);
            profile.add(point);
        }
        return new SluiceBatching(simulation, profile);
    }

    /** As it serves a model of which it knows nothing. */
    static Contender cold(Simulation simulation) {
        return new SluiceBatching(simulation, List.of());
    }

    @Override
    public void arrived(int request, long nowNanos) {
        Deadline deadline = new Deadline(simulation.deadline(request));
        batcher.enqueue(
                new InferenceRequest(MODEL, Integer.toString(request), List.of(), OUTPUTS, 1, deadline),
                outcome -> ended(request, outcome));
        batcher.dispatch();
    }

    @Override
    public void woken(long nowNanos) {
        batcher.wake();
    }

    private void ended(int request, InferenceOutcome outcome) {
        switch (outcome) {
            case InferenceResponse answer -> simulation.answer(request);
            case InferenceError error when started.get(request) -> simulation.giveUp(request);
            case InferenceError error -> simulation.refuse(request);
        }
    }

    @Override
    public int idleInstances() {
        return simulation.idle();
    }

    @Override
    public void run(Batch batch, Consumer<BatchResult> done) {
        batch.members()
                .forEach(member -> started.set(Integer.parseInt(member.request().requestId())));
        Tensor output = new Tensor("y", DataType.INT64, new Shape(batch.rows(), 0), NOTHING);
        simulation.run(batch.rows(), runNanos -> done.accept(new BatchResult.Ran(List.of(output), 0, runNanos)));
    }
}
