package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.pipeline.PipelinePlan.Step;
import java.util.Arrays;

/**
 * What a pipeline can do, by what its stages can: as many rows in a time as the narrowest of them, each of which takes as
 * long as the longest way through them.
 *
 * <p>Whoever lets requests in by it lets in no more than the narrowest stage can do until their deadlines, so that hardly any
 * is refused at a later stage, with the work of those before it done for nothing.
 *
 * @thread confined to the loop of its pipeline
 * @units nanoseconds, rows
 */
public final class PipelineCapacity {

    private final PipelinePlan plan;
    private final Capacity[] stages;
    private Capacity whole = Capacity.UNKNOWN;

    public PipelineCapacity(PipelinePlan plan) {
        this.plan = plan;
        this.stages = new Capacity[plan.steps().size()];
        Arrays.fill(stages, Capacity.UNKNOWN);
    }

    /** What a stage's batcher says of itself; what knows nothing says nothing. */
    public void learn(int step, Capacity capacity) {
        if (!capacity.equals(Capacity.UNKNOWN) && !capacity.equals(stages[step])) {
            stages[step] = capacity;
            whole = compose();
        }
    }

    /** Of all together; unknown as long as that of any stage is. */
    public Capacity whole() {
        return whole;
    }

    private Capacity compose() {
        Capacity narrowest = stages[0];
        int places = Integer.MAX_VALUE;
        for (Capacity stage : stages) {
            if (!stage.isKnown()) {
                return Capacity.UNKNOWN;
            }
            narrowest = stage.rowsIn(1) < narrowest.rowsIn(1) ? stage : narrowest;
            places = Math.min(places, stage.queueRequests());
        }
        double stretch = longestWay() / narrowest.batchNanos();
        return new Capacity(
                places,
                Math.toIntExact(Math.round(narrowest.instances() * stretch)), // as many rows in a time, for longer
                narrowest.batchRows(),
                narrowest.fixedNanos() * stretch,
                narrowest.rowNanos() * stretch);
    }

    private double longestWay() {
        double[] ready = new double[plan.slots()];
        double longest = 0;
        for (int i = 0; i < stages.length; i++) {
            Step step = plan.steps().get(i);
            double begin = step.feeds().stream()
                    .mapToDouble(feed -> ready[feed.slot()])
                    .max()
                    .orElse(0);
            double test = step.condition() == null ? 0 : ready[step.condition().slot()];
            double end = Math.max(begin, test) + stages[i].batchNanos();
            step.slots().forEach(slot -> ready[slot] = end);
            longest = Math.max(longest, end);
        }
        return longest;
    }
}
