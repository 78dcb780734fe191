package dev.sluice.gateway.admit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.Cancellation;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who is let in by the head alone: the bound, what may go beyond it, and what is presumed of a head that says little. */
class ModelRoomTest {

    private static final ModelId MODEL = new ModelId("m", 1);
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long LONGEST = 60_000 * MILLI;

    /** Two instances that run 4 rows in 10 ms: 0.8 rows a millisecond. */
    private static final Capacity CAPACITY = new Capacity(1_000, 2, 4, 6e6, 1e6);

    private final ModelRoom room = new ModelRoom(MODEL, LONGEST);
    private final List<ModelRoom.Stay> inFlight = new ArrayList<>();

    ModelRoomTest() {
        room.learn(CAPACITY);
    }

    private static RequestHead head(String client, int priority, long timeoutMillis) {
        return new RequestHead(MODEL, client, priority, timeoutMillis * MILLI);
    }

    private static InferenceRequest request(String client, int rows, int priority, long timeoutMillis) {
        Deadline deadline = new Deadline(timeoutMillis * MILLI);
        return new InferenceRequest(
                MODEL, "r", List.of(), List.of(), rows, priority, client, deadline, Cancellation.NEVER);
    }

    /** With the default priority, which those that are let in are counted with. */
    private void fill(String client, int requests) {
        fill(client, requests, 0);
    }

    private void fill(String client, int requests, int priority) {
        for (int i = 0; i < requests; i++) {
            inFlight.add(room.enter(request(client, 1, priority, 1_000), 0));
        }
    }

    private void leave(int requests) {
        for (int i = 0; i < requests; i++) {
            inFlight.removeLast().end(Verdict.IGNORED, 0);
        }
    }

    private int placesFor(RequestHead head) {
        int places = 0;
        while (room.refusal(head) == null) {
            fill(head.client(), 1, head.priority());
            places++;
        }
        return places;
    }

    @Test
    void letsInWhatCanBeDoneUntilTheDeadline() {
        assertEquals(88, placesFor(head("a", 3, 120)), "110 ms of work, and 10 for its own batch");
    }

    @Test
    void keepsAllInstancesBusyWithBatchesThatFitTheDeadline() {
        fill("a", 3);
        assertNull(room.refusal(head("a", 4, 8)), "two rows take 8 ms");
        fill("a", 5);
        assertNotNull(room.refusal(head("a", 3, 8)), "four run, and four wait for that to end");
        assertNull(room.refusal(head("a", 3, 11)), "four rows take 10 ms, and so eight can run");
    }

    @Test
    void keepsAllInstancesBusyHoweverShortTheDeadline() {
        fill("a", 1);
        assertNull(room.refusal(head("a", 4, 1)));
    }

    @Test
    void aBodyIsDecidedByWhatItSays() {
        RequestHead silent = head("a", RequestHead.UNSAID, RequestHead.UNSAID);
        for (int i = 0; i < MostAsked.WINDOW; i++) {
            assertNull(room.compare(silent, request("a", 1, 4, 120), 0), "there is room for all");
        }
        assertNull(room.compare(silent, request("a", 1, 1, 120), 0));
        fill("a", 80);
        assertNull(room.refusal(silent), "presumed to be of the highest priority");
        assertNotNull(room.compare(silent, request("a", 1, 4, 120), 0), "but it is not");
        assertNull(room.compare(silent, request("a", 1, 1, 120), 0), "and this one is");
        assertNull(room.compare(silent, request("a", 1, 3, 120), 0), "and who came first is of this one");
        assertNotNull(room.compare(silent, request("a", 1, 3, 20), 0), "but in more of a hurry");
        assertNull(room.compare(head("a", 4, 120), request("a", 1, 4, 120), 0), "decided by its head");
    }

    @Test
    void letsInNoMoreThanFindAPlaceInTheQueue() {
        room.learn(new Capacity(50, 2, 4, 6e6, 1e6));
        assertEquals(50 + 8, placesFor(head("a", 3, 30_000)));
    }

    @Test
    void whoMattersIsNotKeptOutByThoseItOvertakes() {
        for (int i = 0; i < 500; i++) {
            inFlight.add(room.enter(request("a", 1, 4, 60_000), 0));
        }
        assertNotNull(room.refusal(head("a", 4, 120)));
        assertEquals(
                22, placesFor(head("a", 1, 120)), "one and a half times 88, of which others have one and a quarter");
    }

    @Test
    void countsRows() {
        inFlight.add(room.enter(request("a", 88, 0, 1_000), 0));
        assertNotNull(room.refusal(head("a", 3, 120)));
        leave(1);
        assertNull(room.refusal(head("a", 3, 120)));
    }

    @Test
    void refusesNobodyAsLongAsNothingIsKnown() {
        room.learn(Capacity.UNKNOWN);
        fill("a", 100_000);
        assertNull(room.refusal(head("a", 4, 1)));
    }

    @Test
    void nobodyIsLetInWhereAHigherPriorityIsNot() {
        SplittableRandom random = new SplittableRandom(7);
        int decided = 0;
        for (int i = 0; i < 2_000; i++) {
            fill("a", random.nextInt(3));
            long timeout = random.nextLong(1, 2_000);
            boolean refused = false;
            for (int priority = 1; priority <= 5; priority++) {
                boolean alsoRefused = room.refusal(head("a", priority, timeout)) != null;
                assertTrue(alsoRefused || !refused, "priority " + priority);
                decided += alsoRefused != refused ? 1 : 0;
                refused = alsoRefused;
            }
        }
        assertTrue(decided > 100, "priorities that made a difference: " + decided);
    }

    @Test
    void theLowestPrioritiesStopFirst() {
        int places = placesFor(head("a", 4, 120));
        assertEquals(66, places);
        places += placesFor(head("a", 3, 120));
        assertEquals(88, places);
        places += placesFor(head("a", 2, 120));
        assertEquals(110, places);
        places += placesFor(head("a", 1, 120));
        assertEquals(132, places);
    }

    @Test
    void aClientWithinItsShareIsLetIn() {
        fill("many", 1_000);
        RequestHead few = head("few", 3, 100);
        assertNotNull(room.refusal(head("many", 3, 100)));
        assertEquals(999, placesFor(few), "until both have the same");
    }

    @Test
    void manyClientsOfOneRequestEachAreNotEndless() {
        for (int i = 0; i < 88; i++) {
            RequestHead head = head("client " + i, 3, 120);
            assertNull(room.refusal(head), head.client());
            fill(head.client(), 1);
        }
        assertNotNull(room.refusal(head("one more", 3, 120)));
    }

    @Test
    void saysWhenTheWorkIsDone() {
        fill("a", 4_000);
        InferenceError refusal = room.refusal(head("a", 3, 120));
        assertEquals(
                5_000,
                assertInstanceOf(InferenceError.Overloaded.class, refusal).retryAfterMillis());
    }

    @Test
    void aModelThatIsSlowerThanItsBatcherThinksGetsLess() {
        fill("a", 2_000);
        long now = 0;
        for (int i = 0; i < 1_900; i++) {
            now += 5 * MILLI; // four times as long as a row should take
            inFlight.removeLast().end(Verdict.SUCCESS, now);
        }
        leave(100);
        int places = placesFor(head("a", 3, 120));
        assertTrue(places == 16 || places == 17, "110 ms of work are 80, but not at a quarter of the speed: " + places);
    }

    @Test
    void whoIsInAHurryHidesNoSlowness() {
        fill("a", 4_000);
        long now = 0;
        for (int i = 0; i < 1_900; i++) {
            now += 5 * MILLI;
            inFlight.removeLast().end(Verdict.SUCCESS, now);
            room.enter(request("hasty", 1, 0, 1), 0).end(Verdict.DROPPED, now);
        }
        leave(2_100);
        int places = placesFor(head("a", 3, 120));
        assertTrue(places <= 17, "a quarter of the speed: " + places);
    }

    @Test
    void aModelThatHasLittleToDoIsNotSlow() {
        room.learn(new Capacity(1_000, 1, 1, 10e6, 1e6));
        long now = 0;
        for (int i = 0; i < 1_000; i++) {
            now += 60_000 * MILLI;
            room.enter(request("a", 1, 0, 1_000), now).end(Verdict.SUCCESS, now + 11 * MILLI);
        }
        assertTrue(placesFor(head("a", 3, 1_000)) > 80, "a request a minute is not a minute a request");
    }

    @Test
    void aHeadThatSaysNothingIsPresumedToAskTheMostUntilEnoughIsKnown() {
        RequestHead silent = head("a", RequestHead.UNSAID, RequestHead.UNSAID);
        fill("a", 1_000);
        assertNull(room.refusal(silent));
        for (int i = 0; i < MostAsked.WINDOW; i++) {
            room.compare(silent, request("a", 1, 3, 100), 0);
        }
        assertNotNull(room.refusal(silent));
        room.compare(silent, request("a", 1, 3, 10_000), 0);
        assertNull(room.refusal(silent), "somebody waits for longer");
    }

    @Test
    void aHeadThatSaysNothingIsPresumedToHaveTheHighestPriorityOfLate() {
        RequestHead silent = head("a", RequestHead.UNSAID, RequestHead.UNSAID);
        for (int i = 0; i < MostAsked.WINDOW; i++) {
            room.compare(silent, request("a", 1, 0, 100), 0);
        }
        int ofDefault = placesFor(silent);
        room.compare(silent, request("a", 1, 1, 100), 0);
        int more = placesFor(silent);
        assertTrue(more > 0, "more than " + ofDefault);
        for (int i = 0; i < 2 * MostAsked.WINDOW; i++) {
            room.compare(silent, request("a", 1, 0, 100), 0);
        }
        leave(more);
        assertEquals(0, placesFor(silent), "forgotten");
    }

    @Test
    void oneInManyIsReadToSeeWhetherThatStillHolds() {
        RequestHead silent = head("a", RequestHead.UNSAID, RequestHead.UNSAID);
        for (int i = 0; i < MostAsked.WINDOW; i++) {
            room.compare(silent, request("a", 1, 3, 100), 0);
        }
        fill("a", 1_000);
        int letIn = 0;
        for (int i = 0; i < 10 * ModelRoom.LOOK_EVERY; i++) {
            letIn += room.refusal(silent) == null ? 1 : 0;
        }
        assertEquals(10, letIn);
    }

    @Test
    void whatAHeadSaysIsNotPresumedOfOthers() {
        RequestHead silent = head("a", RequestHead.UNSAID, RequestHead.UNSAID);
        for (int i = 0; i < MostAsked.WINDOW; i++) {
            room.compare(silent, request("a", 1, 3, 100), 0);
        }
        room.compare(head("b", 1, 30_000), request("b", 1, 1, 30_000), 0);
        fill("a", 1_000);
        assertNotNull(room.refusal(silent));
    }
}
