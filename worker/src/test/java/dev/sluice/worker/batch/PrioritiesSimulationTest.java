package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Those that matter most, and far too many of those that matter least, at one batcher with one instance, in virtual time. */
class PrioritiesSimulationTest {

    private static final int CRITICAL = 1;
    private static final int SHEDDABLE = 4;
    private static final int DEADLINES = 600;

    /** A model that takes {@code fixed + row * rows} for a batch, and requests of one row that come at random. */
    private static final class Play {

        private record Model(long fixedNanos, long rowNanos, int maxRows, long deadlineNanos) {

            long nanos(int rows) {
                return fixedNanos + rows * rowNanos;
            }

            /** In requests for a nanosecond, by batches of which two fit into the deadline. */
            double capacity() {
                int rows = 1;
                while (rows < maxRows && 2 * nanos(rows + 1) <= deadlineNanos) {
                    rows++;
                }
                return (double) rows / nanos(rows);
            }
        }

        private final Model model;
        private final Random random;
        private final FakeTicker ticker = new FakeTicker();
        private final FakeInstances instances = new FakeInstances(1, new EchoEngine());
        private final Batcher batcher;
        private final int[] sent = new int[SHEDDABLE + 1];
        private final int[] inTime = new int[SHEDDABLE + 1];
        private final long[] patienceNanos = new long[SHEDDABLE + 1];
        private long endOfRun = Long.MAX_VALUE;
        private long wakeAt = Long.MAX_VALUE;

        Play(Model model, int maxQueue, long seed) {
            this.model = model;
            this.random = new Random(seed);
            Arrays.fill(patienceNanos, model.deadlineNanos());
            List<LatencyPoint> profile = new ArrayList<>();
            for (int rows = 1; rows <= model.maxRows(); rows *= 2) {
                profile.add(new LatencyPoint(rows, model.nanos(rows)));
                profile.add(new LatencyPoint(rows, model.nanos(rows)));
            }
            AdaptivePolicy policy = new AdaptivePolicy(model.maxRows(), AdaptivePolicy.NO_SLO);
            this.batcher = new Batcher(
                    Requests.MODEL,
                    new BatcherOptions(policy, maxQueue, profile, BatchListener.NONE),
                    instances,
                    ticker,
                    nanos -> wakeAt = nanos);
        }

        /** Requests of that priority wait for so many times as long as the model says. */
        Play patient(int priority, double times) {
            patienceNanos[priority] = Math.round(times * model.deadlineNanos());
            return this;
        }

        /** Each in multiples of the capacity. */
        Play offer(double critical, double sheddable) {
            long end = DEADLINES * model.deadlineNanos();
            long[] next = new long[SHEDDABLE + 1];
            double[] rates = new double[SHEDDABLE + 1];
            rates[CRITICAL] = critical * model.capacity();
            rates[SHEDDABLE] = sheddable * model.capacity();
            next[CRITICAL] = gap(rates[CRITICAL]);
            next[SHEDDABLE] = gap(rates[SHEDDABLE]);
            while (ticker.nanos() < end) {
                int priority = next[CRITICAL] < next[SHEDDABLE] ? CRITICAL : SHEDDABLE;
                runUntil(next[priority]);
                next[priority] += gap(rates[priority]);
                send(priority);
            }
            runUntil(end + model.deadlineNanos());
            return this;
        }

        private long gap(double rate) {
            return (long) (-Math.log(1 - random.nextDouble()) / rate);
        }

        private void runUntil(long nanos) {
            while (Math.min(endOfRun, wakeAt) <= nanos) {
                if (endOfRun <= wakeAt) {
                    ticker.advance(endOfRun - ticker.nanos());
                    endOfRun = Long.MAX_VALUE;
                    instances.finishNext();
                } else {
                    ticker.advance(Math.max(0, wakeAt - ticker.nanos()));
                    wakeAt = Long.MAX_VALUE;
                    batcher.wake();
                }
                noteStart();
            }
            ticker.advance(nanos - ticker.nanos());
        }

        private void send(int priority) {
            sent[priority]++;
            Deadline deadline = new Deadline(ticker.nanos() + patienceNanos[priority]);
            batcher.enqueue(Requests.by("all", priority, Requests.of(deadline, 7)), outcome -> {
                if (outcome instanceof InferenceResponse && ticker.nanos() <= deadline.atNanos()) {
                    inTime[priority]++;
                }
            });
            batcher.dispatch();
            noteStart();
        }

        private void noteStart() {
            if (endOfRun == Long.MAX_VALUE && instances.running() > 0) {
                endOfRun = ticker.nanos()
                        + model.nanos(instances.started().getLast().rows());
            }
        }

        double shareOf(int priority) {
            return (double) inTime[priority] / sent[priority];
        }

        /** In multiples of the capacity. */
        double goodput() {
            return (inTime[CRITICAL] + inTime[SHEDDABLE]) / (model.capacity() * DEADLINES * model.deadlineNanos());
        }
    }

    @ParameterizedTest(name = "{0} ms and {1} ms a row")
    @CsvSource({
        "0, 10, 32, 0.999, 0.98",
        "2, 8, 32, 0.999, 0.9",
        "15, 6.5, 32, 0.985, 0.7", // takes 1.4 times what one row takes to have all run that matter, one by one
        "5, 1, 32, 0.999, 0.88",
        "10, 0.5, 64, 0.999, 0.75"
    })
    void whatMattersMostIsServedWhileTenTimesTheCapacityIsOfferedBelowIt(
            double fixedMillis, double rowMillis, int maxRows, double leastInTime, double leastGoodput) {
        for (int maxQueue : new int[] {64, 1_000}) {
            Play play = new Play(model(fixedMillis, rowMillis, maxRows), maxQueue, 1).offer(0.5, 10);
            double inTime = play.shareOf(CRITICAL);
            assertTrue(inTime >= leastInTime, inTime + " of those that matter most");
            double goodput = play.goodput();
            assertTrue(goodput >= leastGoodput, "what is left is for the others: " + goodput);
        }
    }

    @Test
    void thoseWhoMatterAndHaveTimeDoNotKeepOthersOutOfTheirBatches() {
        Play play =
                new Play(model(10, 0.5, 64), 1_000, 1).patient(CRITICAL, 300).offer(0.05, 2);
        assertTrue(play.shareOf(CRITICAL) >= 0.999, "of those that matter most: " + play.shareOf(CRITICAL));
        assertTrue(play.goodput() >= 0.9, "goodput: " + play.goodput());
    }

    @Test
    void thoseWhoMatterAreInTimeBesideOthersThatHaveMoreTime() {
        Play play =
                new Play(model(10, 0.5, 64), 1_000, 1).patient(SHEDDABLE, 300).offer(0.5, 2);
        assertTrue(play.shareOf(CRITICAL) >= 0.999, "of those that matter most: " + play.shareOf(CRITICAL));
    }

    @Test
    void whoClaimsToMatterAndToBeInAHurryCostsTheOthersHalfAtMost() {
        Play play =
                new Play(model(10, 0.5, 64), 1_000, 1).patient(CRITICAL, 0.45).offer(0.005, 2);
        assertTrue(play.goodput() >= 0.5, "goodput: " + play.goodput());
    }

    @Test
    void nobodyMakesRoomForThoseWhoDoNotCome() {
        Play alone = new Play(model(10, 0.5, 64), 1_000, 1).offer(1e-9, 10);
        assertTrue(alone.goodput() >= 0.98, "goodput: " + alone.goodput());
    }

    private static Play.Model model(double fixedMillis, double rowMillis, int maxRows) {
        double milli = TimeUnit.MILLISECONDS.toNanos(1);
        return new Play.Model(
                Math.round(fixedMillis * milli), Math.round(rowMillis * milli), maxRows, Math.round(100 * milli));
    }
}
