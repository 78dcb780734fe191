package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.fake.EchoEngine;
import dev.sluice.worker.fake.FakeInstances;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Clients with different appetites at one batcher that has far too much to do, in virtual time. */
class BatcherFairnessSimulationTest {

    private static final int SEEDS = 200;
    private static final int MAX_ROWS = 16;
    private static final long FIXED_NANOS = 2_000;
    private static final long ROW_NANOS = 100;
    private static final long FULL_BATCH_NANOS = FIXED_NANOS + MAX_ROWS * ROW_NANOS;
    private static final long PATIENCE_NANOS = 20 * FULL_BATCH_NANOS;
    private static final long DURATION_NANOS = 500 * FULL_BATCH_NANOS;

    /** One batcher with one instance, and clients whose requests come at random, each at its own rate. */
    private static final class Play {

        final Random random;
        final FakeTicker ticker = new FakeTicker();
        final FakeInstances instances = new FakeInstances(1, new EchoEngine());
        final Batcher batcher;
        final double[] perBatch;
        final int[] sent;
        final int[] served;
        long endOfRun = Long.MAX_VALUE;

        /** @param perBatch how many requests each client sends in the time of one full batch */
        Play(long seed, int maxQueue, double... perBatch) {
            this.random = new Random(seed);
            this.perBatch = perBatch;
            this.sent = new int[perBatch.length];
            this.served = new int[perBatch.length];
            BatcherOptions options = new BatcherOptions(
                    new AdaptivePolicy(MAX_ROWS, AdaptivePolicy.NO_SLO), maxQueue, BatchListener.NONE);
            this.batcher = new Batcher(Requests.MODEL, options, instances, ticker, nanos -> {});
        }

        Play run() {
            double all = Arrays.stream(perBatch).sum();
            while (ticker.nanos() < DURATION_NANOS) {
                long pause = (long) (-Math.log(1 - random.nextDouble()) / all * FULL_BATCH_NANOS);
                long arrival = ticker.nanos() + pause;
                while (endOfRun <= arrival) {
                    ticker.advance(endOfRun - ticker.nanos());
                    endOfRun = Long.MAX_VALUE;
                    instances.finishNext();
                    noteStart();
                }
                ticker.advance(arrival - ticker.nanos());
                send(pick(random.nextDouble() * all));
                noteStart();
            }
            instances.finishAll();
            return this;
        }

        private int pick(double point) {
            double left = point;
            for (int client = 0; client < perBatch.length; client++) {
                left -= perBatch[client];
                if (left < 0) {
                    return client;
                }
            }
            return perBatch.length - 1;
        }

        private void send(int client) {
            sent[client]++;
            InferenceRequest request = Requests.of(new Deadline(ticker.nanos() + PATIENCE_NANOS), 7);
            batcher.enqueue(Requests.by("client " + client, 0, request), outcome -> {
                if (outcome instanceof InferenceResponse) {
                    served[client]++;
                }
            });
            batcher.dispatch();
        }

        private void noteStart() {
            if (endOfRun == Long.MAX_VALUE && instances.running() > 0) {
                int rows = instances.started().getLast().rows();
                endOfRun = ticker.nanos() + FIXED_NANOS + rows * ROW_NANOS;
            }
        }

        double successOf(int client) {
            return (double) served[client] / sent[client];
        }
    }

    @Test
    void whoStaysInsideItsShareIsServedWhileAnotherSendsAHundredTimesAsMuch() {
        for (int maxQueue : new int[] {20, 64, 1000}) {
            int sent = 0;
            int served = 0;
            for (long seed = 1; seed <= SEEDS / 10; seed++) {
                Play play = new Play(seed, maxQueue, 2, 200).run();
                sent += play.sent[0];
                served += play.served[0];
                assertTrue(play.successOf(1) < 0.2, "the flood was not a flood");
                assertTrue(play.served[1] > 4 * play.served[0], "what is left is for the flood");
            }
            assertTrue(served >= 0.99 * sent, served + " of " + sent + " with a queue of " + maxQueue);
        }
    }

    @Test
    void allWhoWantTooMuchGetTheSame() {
        for (long seed = 1; seed <= SEEDS / 10; seed++) {
            int[] served = new Play(seed, 100, 10, 20, 40, 80).run().served;
            double sum = Arrays.stream(served).sum();
            double squares =
                    Arrays.stream(served).mapToDouble(n -> (double) n * n).sum();
            double jain = sum * sum / (served.length * squares);
            assertTrue(jain >= 0.99, jain + " for " + Arrays.toString(served) + " with seed " + seed);
        }
    }

    @Test
    void nobodyLosesWhileThereIsEnoughForAll() {
        for (long seed = 1; seed <= SEEDS / 10; seed++) {
            Play play = new Play(seed, 1000, 1, 2, 3).run();
            assertEquals(List.of(1.0, 1.0, 1.0), List.of(play.successOf(0), play.successOf(1), play.successOf(2)));
        }
    }
}
