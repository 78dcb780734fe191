package dev.sluice.worker.batch.sim;

import java.util.Arrays;
import java.util.Random;
import java.util.function.LongConsumer;

/**
 * Requests of one row each, instances, and the only clock, moved from event to event.
 *
 * <p>The same scenario and contender give the same play: nothing here reads a clock or walks an unordered collection.
 */
final class Simulation {

    private static final long NEVER = Long.MAX_VALUE;
    private static final LongConsumer NOBODY = nanos -> {};

    /**
     * What became of a play.
     *
     * @param meanLatencyNanos of requests that were served in time
     * @param heldNanos instances were idle for so long while somebody waited
     */
    record Score(
            int requests, int inTime, int late, int refused, double meanLatencyNanos, long heldNanos, int batches) {}

    private final Scenario scenario;
    private final long[] moments;
    private final boolean[] over;
    private final Random noise;
    private final long[] startedAt;
    private final long[] freeAt;
    private final LongConsumer[] done;
    private long now;
    private long wakeAt = NEVER;
    private int idle;
    private int arrived;
    private int waiting;
    private int inTime;
    private int late;
    private int refused;
    private int batches;
    private double latencyNanos;
    private long heldNanos;

    private Simulation(Scenario scenario, long[] moments) {
        this.scenario = scenario;
        this.moments = moments;
        this.over = new boolean[moments.length];
        this.noise = new Random(scenario.seed() + 1);
        this.idle = scenario.instances();
        this.startedAt = new long[idle];
        this.freeAt = new long[idle];
        this.done = new LongConsumer[idle];
        Arrays.fill(freeAt, NEVER);
        Arrays.fill(done, NOBODY);
    }

    static Score play(Scenario scenario, Contender.Maker maker) {
        return play(scenario, scenario.moments(), maker);
    }

    static Score play(Scenario scenario, long[] moments, Contender.Maker maker) {
        Simulation simulation = new Simulation(scenario, moments);
        return simulation.play(maker.make(simulation));
    }

    private Score play(Contender contender) {
        while (true) {
            int first = firstToFinish();
            long arrival = arrived < moments.length ? moments[arrived] : NEVER;
            long next = Math.min(freeAt[first], Math.min(arrival, wakeAt));
            if (next == NEVER) {
                return score();
            }
            if (idle > 0 && waiting > 0) {
                heldNanos += Math.max(0, next - now);
            }
            now = Math.max(now, next);
            if (freeAt[first] == next) {
                freeAt[first] = NEVER;
                idle++;
                done[first].accept(now - startedAt[first]);
            } else if (arrival == next) {
                waiting++;
                contender.arrived(arrived++, now);
            } else {
                wakeAt = NEVER;
                contender.woken(now);
            }
        }
    }

    private int firstToFinish() {
        int first = 0;
        for (int instance = 1; instance < freeAt.length; instance++) {
            if (freeAt[instance] < freeAt[first]) {
                first = instance;
            }
        }
        return first;
    }

    /** Runs a batch of so many requests on an idle instance; {@code ended} hears how long it took. */
    void run(int rows, LongConsumer ended) {
        int instance = 0;
        while (freeAt[instance] != NEVER) {
            instance++;
        }
        idle--;
        batches++;
        waiting -= rows;
        startedAt[instance] = now;
        freeAt[instance] = now + scenario.nanos(rows, now, noise);
        done[instance] = ended;
    }

    /** That request has its answer. */
    void answer(int request) {
        end(request);
        if (now <= deadline(request)) {
            inTime++;
            latencyNanos += now - moments[request];
        } else {
            late++;
        }
    }

    /** That request is refused, and was never run. */
    void refuse(int request) {
        waiting--;
        giveUp(request);
    }

    /** That request is refused, though it runs. */
    void giveUp(int request) {
        end(request);
        refused++;
    }

    private void end(int request) {
        if (over[request]) {
            throw new AssertionError("two outcomes for request " + request);
        }
        over[request] = true;
    }

    /** Wakes the contender then; replaces what was asked before. */
    void wakeAt(long nanos) {
        wakeAt = nanos;
    }

    int idle() {
        return idle;
    }

    long now() {
        return now;
    }

    Scenario scenario() {
        return scenario;
    }

    long moment(int request) {
        return moments[request];
    }

    long deadline(int request) {
        return moments[request] + scenario.model().deadlineNanos();
    }

    private Score score() {
        if (inTime + late + refused != moments.length || waiting != 0) {
            throw new AssertionError("requests without an outcome");
        }
        return new Score(moments.length, inTime, late, refused, latencyNanos / Math.max(1, inTime), heldNanos, batches);
    }
}
