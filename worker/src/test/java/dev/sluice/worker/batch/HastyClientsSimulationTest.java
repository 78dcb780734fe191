package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.BatchListener;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.fake.FakeTicker;
import dev.sluice.worker.fake.Requests;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that leave just before their deadlines, and a model that is slow for a while: every late batch is deserted and
 * ended early, and all the same the batcher must find out how long its batches take.
 */
class HastyClientsSimulationTest {

    private static final long MILLIS = 1_000_000;
    private static final long SECOND = 1000 * MILLIS;
    private static final int MAX_ROWS = 64;
    private static final long PATIENCE = 40 * MILLIS;
    private static final int SECONDS = 6;

    private record Event(long nanos, int order, Runnable happens) {}

    /** One play in virtual time, of a model that takes 2 ms for a batch and 0.1 ms for each row. */
    private static final class Play implements BatchRunner {

        private final FakeTicker ticker = new FakeTicker();
        private final PriorityQueue<Event> events =
                new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingInt(Event::order));
        private final Batcher batcher;
        private final int[] answered = new int[SECONDS + 1];
        private int order;
        private int runs;
        private int withdrawn;
        private double slowness = 1;
        private @Nullable Batch running;
        private Consumer<BatchResult> done = result -> {};

        Play() {
            List<LatencyPoint> profile = new ArrayList<>();
            for (int rows = 1; rows <= MAX_ROWS; rows *= 2) {
                profile.add(new LatencyPoint(rows, nanos(rows)));
                profile.add(new LatencyPoint(rows, nanos(rows)));
            }
            BatcherOptions options = new BatcherOptions(
                    new AdaptivePolicy(MAX_ROWS, AdaptivePolicy.NO_SLO), 10_000, profile, BatchListener.NONE);
            this.batcher = new Batcher(Requests.MODEL, options, this, ticker, this::wakeAt);
        }

        private long nanos(int rows) {
            return Math.round(slowness * (2 + 0.1 * rows) * MILLIS);
        }

        private void at(long nanos, Runnable happens) {
            events.add(new Event(Math.max(nanos, ticker.nanos()), order++, happens));
        }

        private void wakeAt(long nanos) {
            at(nanos, batcher::wake);
        }

        @Override
        public int idleInstances() {
            return running == null ? 1 : 0;
        }

        @Override
        public void run(Batch batch, Consumer<BatchResult> ended) {
            running = batch;
            done = ended;
            int run = ++runs;
            at(ticker.nanos() + nanos(batch.rows()), () -> end(run, new BatchResult.Ran(List.of(sum(batch)), 0, 1)));
        }

        private static Tensor sum(Batch batch) {
            return new Tensor("y", DataType.INT64, new Shape(batch.rows(), 0), ByteBuffer.allocate(0));
        }

        @Override
        public void withdraw(Batch batch) {
            int run = runs;
            withdrawn++;
            at(ticker.nanos() + MILLIS / 10, () -> end(run, new BatchResult.Withdrawn()));
        }

        private void end(int run, BatchResult result) {
            if (running != null && run == runs) {
                running = null;
                done.accept(result);
            }
        }

        void comes(long beforeDeadline) {
            long now = ticker.nanos();
            boolean[] over = {false};
            InferenceRequest request = Requests.of(new Deadline(now + PATIENCE), 1);
            Pending pending = batcher.enqueue(request, outcome -> {
                over[0] = true;
                if (outcome instanceof InferenceResponse) {
                    answered[(int) (now / SECOND)]++;
                }
            });
            batcher.dispatch();
            at(now + PATIENCE - beforeDeadline, () -> {
                if (!over[0]) {
                    pending.cancel();
                    batcher.dispatch();
                }
            });
        }

        void toTheEnd() {
            for (Event next = events.poll(); next != null; next = events.poll()) {
                ticker.advance(next.nanos - ticker.nanos());
                next.happens.run();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 2, 500", "3, 2, 200", "7, 2, 500", "2, 3, 500", "5, 6, 1000"})
    void findOutTogetherHowSlowAModelHasBecome(long seed, double slowness, long millis) {
        int perSecond = 6_000;
        Play play = new Play();
        Random random = new Random(seed);
        for (double at = 0; at < SECONDS * 1e9; at -= Math.log(1 - random.nextDouble()) * 1e9 / perSecond) {
            long beforeDeadline = MILLIS / 5;
            play.at(Math.round(at), () -> play.comes(beforeDeadline));
        }
        play.at(2 * SECOND, () -> play.slowness = slowness);
        play.at(2 * SECOND + millis * MILLIS, () -> play.slowness = 1);
        play.toTheEnd();
        assertTrue(play.withdrawn > 0, "nothing was deserted, so this shows nothing");
        for (int second = SECONDS - 2; second < SECONDS; second++) {
            assertTrue(
                    play.answered[second] > 0.9 * perSecond,
                    play.answered[second] + " answers in second " + second + ", of " + perSecond + " requests");
        }
    }
}
