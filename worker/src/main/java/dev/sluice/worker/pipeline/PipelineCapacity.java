package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.pipeline.PipelinePlan.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline can do, by what its stages can: as many rows in a time as the narrowest of their models, each of which
 * takes as long as the longest way through them.
 *
 * <p>A model does less for the pipeline the more stages ask it, and more the fewer of the requests do: that is counted. Of
 * a stage that need not run, and whose model has said nothing yet, nothing is presumed.
 *
 * <p>Where models run on several devices, each device counts by itself with what it adds to the pipeline, and with how
 * long the way through it is: so a short deadline counts those alone that are quick enough for it.
 *
 * <p>Whoever lets requests in by it lets in no more than the narrowest stage can do until their deadlines, so that hardly any
 * is refused at a later stage, with the work of those before it done for nothing.
 *
 * @thread confined to the loop of its pipeline
 * @bound what is known of each stage of the plan
 * @units nanoseconds, rows, parts of the requests
 */
public final class PipelineCapacity {

    /** How much the newest request says of how many run a stage, and below what none is believed to be. */
    private static final double NEWEST = 1.0 / 512;

    /** What a device adds is not told apart if it is less than that part of what there is. */
    private static final double NEGLIGIBLE = 1e-3;

    private final PipelinePlan plan;
    private final Capacity[] stages;
    private final @Nullable ModelId[] models;

    /** Whether all requests that want what it gives run that stage. */
    private final boolean[] isCertain;

    /** Of each row of a request, how many rows run that stage. */
    private final double[] shares;

    private Capacity whole = Capacity.UNKNOWN;
    private boolean isOld;

    public PipelineCapacity(PipelinePlan plan) {
        this.plan = plan;
        int steps = plan.steps().size();
        this.stages = new Capacity[steps];
        this.models = new ModelId[steps];
        this.isCertain = new boolean[steps];
        this.shares = new double[steps];
        Arrays.fill(stages, Capacity.UNKNOWN);
        Arrays.fill(shares, 1);
        findCertain();
    }

    /** Whoever has no condition and needs nothing of those that have one. */
    private void findCertain() {
        boolean[] isGiven = new boolean[plan.slots()];
        Arrays.fill(isGiven, 0, plan.signature().inputs().size(), true);
        for (int i = 0; i < stages.length; i++) {
            Step step = plan.steps().get(i);
            boolean isFed = step.feeds().stream().allMatch(feed -> feed.spec().optional() || isGiven[feed.slot()]);
            isCertain[i] = isFed && step.condition() == null && step.asksModel();
            if (isCertain[i]) {
                step.slots().forEach(slot -> isGiven[slot] = true);
            }
        }
    }

    /**
     * What a stage's batcher says of itself; what knows nothing says nothing.
     *
     * @param model that the stage asks now
     */
    public void learn(int step, ModelId model, Capacity capacity) {
        boolean isNew = !capacity.equals(stages[step]) || !model.equals(models[step]);
        if (!capacity.equals(Capacity.UNKNOWN) && isNew) {
            stages[step] = capacity;
            models[step] = model;
            isOld = true;
        }
    }

    /**
     * A request has come to a stage. One without rows says nothing of those that have some.
     *
     * @param rows that it runs there: none where it does without, more than its own for the pieces of a picture
     * @param of its own
     */
    public void count(int step, int rows, int of) {
        if (of == 0) {
            return;
        }
        double before = shares[step];
        shares[step] = Math.max(NEWEST, before + NEWEST * ((double) rows / of - before));
        isOld |= shares[step] != before;
    }

    /** Of all together; unknown as long as that of any stage is that all requests run. */
    public Capacity whole() {
        if (isOld) {
            isOld = false;
            whole = compose();
        }
        return whole;
    }

    private Capacity compose() {
        double[] leastNanos = Arrays.stream(stages)
                .flatMap(stage -> stage.devices().stream())
                .mapToDouble(Capacity::leastNanos)
                .sorted()
                .distinct()
                .toArray();
        Capacity all = compose(stages);
        return leastNanos.length > 1 && all.isKnown() ? byDevices(leastNanos) : all;
    }

    /** What each device adds, the quickest first. */
    private Capacity byDevices(double[] leastNanos) {
        List<Capacity> added = new ArrayList<>();
        double rowsEachNano = 0;
        for (double least : leastNanos) {
            double withIt = compose(within(least, false)).rowsIn(1);
            if (withIt - rowsEachNano > NEGLIGIBLE * withIt) {
                Capacity through = compose(within(least, true));
                double instances = through.instances() * (withIt - rowsEachNano) / through.rowsIn(1);
                added.add(sized(through, through.queueRequests(), instances, through.batchNanos()));
                rowsEachNano = withIt;
            }
        }
        return Capacity.together(added);
    }

    /**
     * The stages with those of their devices alone that can do a row in that time.
     *
     * @param slowest whether only the slowest of these is asked
     */
    private Capacity[] within(double nanos, boolean slowest) {
        Capacity[] some = stages.clone();
        for (int step = 0; step < some.length; step++) {
            if (!some[step].devices().isEmpty()) {
                List<Capacity> devices = some[step].devicesWithin(nanos);
                some[step] = slowest
                        ? Collections.max(devices, Comparator.comparingDouble(Capacity::leastNanos))
                        : Capacity.together(devices);
            }
        }
        return some;
    }

    private Capacity compose(Capacity[] of) {
        int narrowest = -1;
        int places = Integer.MAX_VALUE;
        for (int step = 0; step < of.length; step++) {
            if (of[step].isKnown()) {
                places = Math.min(places, of[step].queueRequests());
                narrowest = narrowest < 0 || rate(of, step) < rate(of, narrowest) ? step : narrowest;
            } else if (isCertain[step]) {
                return Capacity.UNKNOWN;
            }
        }
        if (narrowest < 0) {
            return Capacity.UNKNOWN;
        }
        return sized(of[narrowest], places, of[narrowest].instances() / load(narrowest), longestWay(of));
    }

    /**
     * As much as so many instances of a stage do, in batches that take about so long.
     *
     * @param places of whoever waits
     */
    private static Capacity sized(Capacity stage, int places, double instances, double nanos) {
        int side = Math.clamp(Math.round(instances * nanos / stage.batchNanos()), 1, Integer.MAX_VALUE);
        double stretch = side / instances; // rounded is how long it takes, and not how much is done
        return new Capacity(places, side, stage.batchRows(), stage.fixedNanos() * stretch, stage.rowNanos() * stretch);
    }

    /** Rows of the pipeline's in a time. */
    private double rate(Capacity[] of, int step) {
        return of[step].rowsIn(1) / load(step);
    }

    /** How many rows that stage's model runs for one of a request, in the mean. */
    private double load(int step) {
        double load = 0;
        for (int other = 0; other < models.length; other++) {
            load += Objects.equals(models[step], models[other]) ? shares[other] : 0;
        }
        return load;
    }

    private double longestWay(Capacity[] of) {
        double[] ready = new double[plan.slots()];
        double longest = 0;
        for (int i = 0; i < stages.length; i++) {
            Step step = plan.steps().get(i);
            double begin = step.feeds().stream()
                    .mapToDouble(feed -> ready[feed.slot()])
                    .max()
                    .orElse(0);
            double test = step.condition() == null ? 0 : ready[step.condition().slot()];
            double batches = shares[i] <= 1 ? shares[i] : Math.max(1, shares[i] / of[i].batchRows());
            double end = Math.max(begin, test) + batches * of[i].batchNanos();
            step.slots().forEach(slot -> ready[slot] = end);
            longest = Math.max(longest, end);
        }
        return longest;
    }
}
