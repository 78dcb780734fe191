package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.fake.Requests;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/** Whose turn it is among clients that all want more than there is, and who gives way when the queue is full. */
class FairSharesTest {

    private static final int DEFAULT = 0;

    private final Map<QueuedRequest, String> names = new HashMap<>();
    private final Map<String, QueuedRequest> byName = new HashMap<>();
    private BatchQueue queue = new BatchQueue(100);

    private QueuedRequest make(String name, int width, int rows) {
        InferenceRequest request = Requests.of(Requests.FAR, width, List.of("y"), new long[rows]);
        QueuedRequest queued =
                new QueuedRequest(Requests.by(name.substring(0, 1), DEFAULT, request), names.size(), outcome -> {});
        names.put(queued, name);
        byName.put(name, queued);
        return queued;
    }

    /** The first letter of a name is the client. */
    private void add(String requests) {
        for (String name : requests.split(" ")) {
            queue.add(make(name, 1, 1));
        }
    }

    private String serve(int requests) {
        List<String> served = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            served.add(names.get(queue.due().poll()));
        }
        return String.join(" ", served);
    }

    private String serveAll() {
        return serve(queue.requests());
    }

    @Test
    void oneClientIsServedInTheOrderOfComing() {
        add("a1 a2 a3 a4");
        assertEquals("a1 a2 a3 a4", serveAll());
    }

    @Test
    void clientsTakeTurns() {
        add("a1 a2 a3 a4 b1 b2 c1");
        assertEquals("a1 b1 c1 a2 b2 a3 a4", serveAll());
    }

    @Test
    void aLargeRequestIsAsManyTurnsAsItHasRows() {
        queue.add(make("a1", 1, 3));
        queue.add(make("a2", 1, 3));
        add("b1 b2 b3 b4 b5 b6");
        assertEquals("b1 b2 a1 b3 b4 b5 a2 b6", serveAll());
    }

    @Test
    void whoWasAwayHasSavedNothingUp() {
        add("a1 a2 a3 a4 a5 a6");
        serve(3);
        add("b1 b2 b3 b4");
        assertEquals("a4 b1 a5 b2 a6 b3 b4", serveAll());
    }

    @Test
    void newcomersDoNotHoldUpWhoWaits() {
        add("a1 a2 a3");
        StringBuilder served = new StringBuilder();
        for (String newcomer : "b c d e f g h".split(" ")) {
            add(newcomer);
            served.append(serve(1)).append(' ');
        }
        assertEquals("a1 b a2 c d a3 e ", served.toString());
    }

    @Test
    void whoLeavesUnservedHasCostNothing() {
        add("a1 a2 a3 a4 a5 b1 b2 b3");
        serve(2);
        queue.remove(byName("a2"));
        queue.remove(byName("a4"));
        queue.remove(byName("a3"));
        assertEquals("a5 b2 b3", serveAll());
    }

    private QueuedRequest byName(String name) {
        return Objects.requireNonNull(byName.get(name));
    }

    @Test
    void whoIsServedOutOfTurnPaysForIt() {
        add("a1 a2 a3 b1 b2");
        queue.serve(byName("a2"));
        assertEquals("b1 a1 b2 a3", serveAll());
    }

    @Test
    void looksInTheOrderOfService() {
        add("a1 a2 a3 a4 b1 b2 c1");
        List<String> seen = new ArrayList<>();
        queue.due().forEach(queued -> seen.add(names.get(queued)));
        assertEquals(String.join(" ", seen), serveAll());
    }

    @Test
    void aKindWithoutCompanyPaysForTheWholeRun() {
        IntToLongFunction mostlyFixed = rows -> 90 + rows;
        queue = new BatchQueue(200, mostlyFixed);
        double commonNanos = 0;
        double lonelyNanos = 0;
        for (int i = 0; i < 100; i++) {
            queue.add(make("b" + i, 2 + i, 1));
        }
        for (int batches = 0; batches < 100; batches++) {
            while (queue.requests() < 200) {
                queue.add(make("a" + names.size(), 1, 1));
            }
            Batch batch = BatchQueueTest.take(queue, 10);
            queue.formed(batch);
            if (batch.size() == 1) {
                lonelyNanos += (double) mostlyFixed.applyAsLong(1);
            } else {
                commonNanos += (double) mostlyFixed.applyAsLong(batch.rows());
            }
        }
        assertEquals(commonNanos, lonelyNanos, 200, "device time of either client");
    }

    @Test
    void remembersNobodyWhoHasNothingHere() {
        add("a1 a2 b1 c1");
        assertEquals(3, queue.clients());
        queue.remove(byName("b1"));
        assertEquals(2, queue.clients());
        serveAll();
        assertEquals(0, queue.clients());
    }

    private String displacedBy(String newcomer) {
        QueuedRequest displaced = queue.makeRoomFor(make(newcomer, 1, 1));
        return displaced == null ? "nobody" : names.getOrDefault(displaced, "a stranger");
    }

    @Test
    void whoHasMostGivesWayToWhoHasLess() {
        queue = new BatchQueue(6);
        add("a1 a2 a3 a4 b1 b2");
        assertEquals("a4", displacedBy("b3"));
        assertEquals(5, queue.requests());
        add("b3");
        assertEquals("nobody", displacedBy("b4"), "both have three");
        assertEquals("nobody", displacedBy("a4"), "both have three");
        assertNotNull(queue.makeRoomFor(make("c1", 1, 1)), "c has none");
        assertEquals(5, queue.requests());
        assertEquals(5, queue.rows());
    }

    @Test
    void theNewestOfAllShapesGivesWay() {
        queue = new BatchQueue(4);
        queue.add(make("a1", 1, 1));
        queue.add(make("a2", 2, 1));
        queue.add(make("a3", 3, 1));
        queue.add(make("a4", 2, 1));
        assertEquals("a4", displacedBy("b1"));
        assertEquals("a3", displacedBy("b1"));
        assertEquals("a2", displacedBy("b1"));
        assertEquals("nobody", displacedBy("b1"), "one each is fair");
        assertNull(byName("a3").flow);
    }
}
