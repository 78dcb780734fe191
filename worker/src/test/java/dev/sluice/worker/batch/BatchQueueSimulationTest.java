package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.FlushReason;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random clients, priorities, shapes and departures: the queue agrees with a plain list, and shares are fair. */
class BatchQueueSimulationTest {

    private static final int SEEDS = 2000;

    /** One queue, and the list of what should be in it. */
    private static final class Play {

        final Random random;
        final int maxRequests;
        final BatchQueue queue;
        final List<QueuedRequest> inside = new ArrayList<>();
        long nanos;

        Play(long seed) {
            random = new Random(seed);
            maxRequests = 1 + random.nextInt(60);
            queue = new BatchQueue(maxRequests, rows -> 50 + 7L * rows);
        }

        void step() {
            switch (random.nextInt(8)) {
                case 0, 1, 2, 3 -> arrive();
                case 4 -> leave(true);
                case 5 -> leave(false);
                case 6 -> checkOrder();
                default -> form();
            }
            check();
        }

        private QueuedRequest make() {
            Deadline deadline = new Deadline(random.nextInt(1000));
            return new QueuedRequest(
                    Requests.by(
                            "client " + random.nextInt(5),
                            random.nextInt(6),
                            Requests.of(deadline, 1 + random.nextInt(3), List.of("y"), new long[random.nextInt(5)])),
                    nanos++,
                    outcome -> {});
        }

        private void arrive() {
            QueuedRequest newcomer = make();
            if (queue.isFull()) {
                QueuedRequest displaced = queue.makeRoomFor(newcomer);
                if (displaced == null) {
                    return;
                }
                assertTrue(inside.remove(displaced), "somebody was displaced who was not there");
            }
            queue.add(newcomer);
            inside.add(newcomer);
        }

        private void leave(boolean served) {
            if (inside.isEmpty()) {
                return;
            }
            QueuedRequest leaving = inside.remove(random.nextInt(inside.size()));
            if (served) {
                queue.serve(leaving);
                queue.formed(new Batch(List.of(leaving), leaving.request().rows(), FlushReason.ALL));
            } else {
                assertTrue(queue.remove(leaving));
                assertFalse(queue.remove(leaving));
            }
        }

        private void form() {
            if (inside.isEmpty()) {
                return;
            }
            Batch batch = BatchQueueTest.take(queue, random.nextInt(12));
            queue.formed(batch);
            for (QueuedRequest member : batch.members()) {
                QueuedRequest oldestAlike = inside.stream()
                        .filter(other -> isAlike(other, member))
                        .findFirst()
                        .orElseThrow();
                assertEquals(oldestAlike, member, "of one client, kind and priority the oldest goes first");
                inside.remove(member);
            }
        }

        private static boolean isAlike(QueuedRequest left, QueuedRequest right) {
            return left.request().client().equals(right.request().client())
                    && left.request().priority() == right.request().priority()
                    && left.batchesWith(right);
        }

        private void checkOrder() {
            if (inside.isEmpty()) {
                return;
            }
            BatchQueue.Lane lane = queue.due();
            Flow due = Objects.requireNonNull(lane.peek().flow);
            for (QueuedRequest queued : inside) {
                Flow other = Objects.requireNonNull(queued.flow);
                assertFalse(other.level().goesBefore(due.level()), "another level is due");
                assertTrue(
                        other.level() != due.level() || other.finishNanos() - due.finishNanos() >= 0,
                        "another flow is due, in this lane or another");
            }
            Set<QueuedRequest> seen = new HashSet<>();
            for (QueuedRequest queued : lane) {
                assertTrue(!seen.isEmpty() || queued.equals(lane.peek()), "the first one is not the next");
                assertTrue(inside.contains(queued) && queued.batchesWith(lane.peek()));
                assertTrue(seen.add(queued), "twice in one lane");
            }
            assertEquals(lane.requests(), seen.size());
            assertEquals(
                    lane.rows(),
                    seen.stream().mapToInt(queued -> queued.request().rows()).sum());
        }

        private void check() {
            assertEquals(inside.size(), queue.requests());
            assertEquals(
                    inside.stream().mapToInt(queued -> queued.request().rows()).sum(), queue.rows());
            assertEquals(inside.isEmpty(), queue.isEmpty());
            assertTrue(inside.size() <= maxRequests);
            assertEquals(
                    inside.stream()
                            .map(queued -> queued.request().client() + " "
                                    + Math.min(
                                            4,
                                            queued.request().priority() == 0
                                                    ? 3
                                                    : queued.request().priority()))
                            .distinct()
                            .count(),
                    queue.clients());
            if (!inside.isEmpty()) {
                assertEquals(inside.getFirst().enqueuedNanos(), queue.oldestEnqueuedNanos());
            }
        }
    }

    @Test
    void agreesWithAPlainList() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            try {
                Play play = new Play(seed);
                for (int step = 0; step < 150; step++) {
                    play.step();
                }
                while (!play.inside.isEmpty()) {
                    play.form();
                    play.check();
                }
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("with seed " + seed, e);
            }
        }
    }

    /** Clients a and b always have requests waiting, others come and go; what differs is how much a and b get. */
    private static double widestGap(long seed, int shapes, int maxRows) {
        Random random = new Random(seed);
        BatchQueue queue = new BatchQueue(10_000);
        Map<String, Integer> waiting = new HashMap<>();
        long gap = 0;
        long widest = 0;
        long narrowest = 0;
        int largest = 1;
        for (int batches = 0; batches < 100; batches++) {
            for (String client : List.of("a", "b", "c" + random.nextInt(100), "d")) {
                int most = client.equals("d") ? random.nextInt(20) : 3 * maxRows;
                while (waiting.merge(client, 1, Integer::sum) <= most) {
                    int width = 1 + random.nextInt(shapes);
                    long[] ids = new long[1 + random.nextInt(maxRows)];
                    queue.add(new QueuedRequest(
                            Requests.by(client, 0, Requests.of(Requests.FAR, width, List.of("y"), ids)),
                            batches,
                            outcome -> {}));
                }
                waiting.merge(client, -1, Integer::sum);
            }
            Batch batch = BatchQueueTest.take(queue, maxRows);
            queue.formed(batch);
            largest = Math.max(largest, batch.rows());
            for (QueuedRequest member : batch.members()) {
                String client = member.request().client();
                waiting.merge(client, -1, Integer::sum);
                gap += client.equals("a") ? member.request().rows() : 0;
                gap -= client.equals("b") ? member.request().rows() : 0;
            }
            widest = Math.max(widest, gap);
            narrowest = Math.min(narrowest, gap);
        }
        return (double) (widest - narrowest) / largest;
    }

    @Test
    void twoClientsThatAlwaysWaitGetTheSameWithinTwoBatches() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            double gap = widestGap(seed, 1, 1 + (int) (seed % 16));
            assertTrue(gap <= 2, gap + " batches with seed " + seed);
        }
    }

    @Test
    void threeShapesMayKeepThemApartByOneBatchMore() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            double gap = widestGap(seed, 3, 1 + (int) (seed % 16));
            assertTrue(gap <= 3, gap + " batches with seed " + seed);
        }
    }

    /** Everybody always waits, at random levels and in random shapes; nobody may wait for ever. */
    @Test
    void nothingStarves() {
        for (long seed = 1; seed <= SEEDS / 20; seed++) {
            Random random = new Random(seed);
            BatchQueue queue = new BatchQueue(200);
            long longest = 0;
            for (int batches = 0; batches < 1000; batches++) {
                while (!queue.isFull()) {
                    boolean rare = random.nextInt(50) == 0;
                    queue.add(new QueuedRequest(
                            Requests.by(
                                    rare ? "rare" : "newcomer " + batches + random.nextInt(10),
                                    rare ? random.nextInt(5) : 1,
                                    Requests.of(Requests.FAR, rare ? 2 : 1, List.of("y"), 1)),
                            batches,
                            outcome -> {}));
                }
                longest = Math.max(longest, batches - queue.oldestEnqueuedNanos());
                queue.formed(BatchQueueTest.take(queue, 8));
            }
            assertTrue(longest < 500, longest + " batches with seed " + seed);
        }
    }

    @Test
    void aHigherLevelWaitsOnlyForItsOwnAndForWhatIsReserved() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            Random random = new Random(seed);
            BatchQueue queue = new BatchQueue(10_000);
            int higherRows = 0;
            int lowerRowsAhead = 0;
            int maxRows = 1 + random.nextInt(16);
            for (int batches = 0; batches < 100; batches++) {
                for (int i = random.nextInt(2 * maxRows); i > 0; i--) {
                    boolean higher = random.nextInt(3) > 0;
                    queue.add(new QueuedRequest(
                            Requests.by(
                                    "c" + random.nextInt(3),
                                    higher ? 1 : 2 + random.nextInt(3),
                                    Requests.of(Requests.FAR, 1 + random.nextInt(2), List.of("y"), 1)),
                            batches,
                            outcome -> {}));
                }
                if (queue.isEmpty()) {
                    continue;
                }
                Batch batch = BatchQueueTest.take(queue, maxRows);
                queue.formed(batch);
                int higher = (int) batch.members().stream()
                        .filter(member -> member.request().priority() == 1)
                        .count();
                higherRows += higher;
                lowerRowsAhead += higher == 0 && waits(queue) ? batch.rows() : 0;
            }
            // three levels are below, and what each is owed is paid in whole batches
            assertTrue(lowerRowsAhead <= 3 * (higherRows / 20 + maxRows), "with seed " + seed);
        }
    }

    private static boolean waits(BatchQueue queue) {
        return !queue.isEmpty() && queue.due().peek().request().priority() == 1;
    }
}
