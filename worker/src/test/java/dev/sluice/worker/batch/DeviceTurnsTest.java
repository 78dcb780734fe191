package dev.sluice.worker.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who gets the next place; with threads, too. */
class DeviceTurnsTest {

    private static final long RUN = 10;

    private final DeviceTurns device = new DeviceTurns(1);
    private final List<String> granted = new ArrayList<>();
    private final DeviceShare a = share("a", 1);
    private final DeviceShare b = share("b", 1);
    private final DeviceShare c = share("c", 1);

    private DeviceShare share(String name, double weight) {
        return new DeviceTurns.Stake(device, weight).join(() -> granted.add(name));
    }

    private static void end(DeviceShare share, long takenNanos) {
        end(share, RUN, takenNanos);
    }

    private static void end(DeviceShare share, long expectedNanos, long takenNanos) {
        share.end(expectedNanos, takenNanos);
        share.pass();
    }

    @Test
    void whoFindsAPlaceHasItAndNobodyIsCalled() {
        assertTrue(a.take(RUN));
        end(a, RUN);
        assertTrue(b.take(RUN));
        end(b, RUN);
        assertEquals(List.of(), granted);
        assertEquals(1, device.free());
    }

    @Test
    void whoFindsNoneIsCalledOnce() {
        assertTrue(a.take(RUN));
        assertFalse(b.take(RUN));
        assertFalse(b.take(RUN));
        end(a, RUN);
        assertEquals(List.of("b"), granted);
        assertFalse(a.take(RUN), "the place is on its way to b");
        assertTrue(b.take(RUN));
    }

    @Test
    void whoHasHadLessIsNextThoughItCameLater() {
        assertTrue(a.take(RUN));
        assertFalse(b.take(RUN));
        end(a, RUN);
        assertTrue(b.take(RUN));
        assertFalse(a.take(RUN));
        assertFalse(c.take(RUN));
        end(b, 100);
        assertEquals(List.of("b", "c"), granted, "who was never there starts at the clock, a has had its run");
    }

    @Test
    void keepsThePlaceAsLongAsItHasHadLessThanWhoWaits() {
        assertTrue(a.take(RUN));
        assertFalse(b.take(RUN));
        a.end(RUN, 100);
        assertFalse(a.take(RUN), "b has had nothing");
        a.pass();
        assertTrue(b.take(RUN));
        for (int run = 0; run < 10; run++) {
            b.end(RUN, RUN);
            assertTrue(run == 9 || b.take(RUN), "after " + run + " runs");
        }
        assertFalse(b.take(RUN), "both have had 100, and a has stood longer");
        b.pass();
        assertEquals(List.of("b", "a"), granted);
    }

    @Test
    void aGrantThatIsOfNoUseGoesToTheNext() {
        assertTrue(a.take(RUN));
        assertFalse(b.take(RUN));
        assertFalse(c.take(RUN));
        end(a, RUN);
        b.pass();
        c.pass();
        assertEquals(List.of("b", "c"), granted);
        assertEquals(1, device.free());
    }

    @Test
    void whoStoppedWaitingIsNotCalled() {
        assertTrue(a.take(RUN));
        assertFalse(a.take(RUN), "for a second instance");
        end(a, RUN);
        assertEquals(List.of(), granted);
        assertEquals(1, device.free());
    }

    @Test
    void aShortRunBeginsBesideALongOneWhichPaysForIt() {
        assertTrue(a.take(100));
        assertFalse(c.take(100));
        assertFalse(b.take(25), "not short");
        assertTrue(b.take(24));
        assertFalse(b.take(1), "as many again as there are places, no more");
        end(a, 100, 100);
        assertEquals(List.of(), granted, "its place is b's now");
        end(b, 24, 24);
        assertEquals(List.of("c"), granted);
    }

    @Test
    void aShortRunWaitsWhenItsModelHasHadItsShare() {
        assertTrue(b.take(1000));
        end(b, 1000, 1000);
        assertTrue(a.take(100));
        assertFalse(c.take(100));
        assertFalse(b.take(10), "c has had nothing yet");
    }

    @Test
    void nothingIsTakenForShortBesideNothing() {
        assertTrue(a.take(100));
        assertFalse(b.take(0), "it does not know what it takes");
        end(a, 100, 100);
        assertFalse(c.take(1), "the place is on its way to b, and nothing runs");
    }

    @Test
    void whoLeavesGivesBackWhatItRunsOn() {
        assertTrue(a.take(RUN));
        assertFalse(b.take(RUN));
        a.leave();
        assertEquals(List.of("b"), granted);
        assertTrue(b.take(RUN));
        end(a, RUN);
        assertEquals(0, device.free(), "its late answer gives nothing back");
        assertFalse(a.take(RUN));
        end(b, RUN);
        assertEquals(1, device.free());
    }

    @Test
    void nothingIsShortAgainstTheRunsOfWhoHasLeft() {
        assertTrue(a.take(100));
        a.leave();
        assertTrue(b.take(10));
        assertFalse(c.take(5));
    }

    @Test
    void whoLeavesTheLineIsPassedOver() {
        assertTrue(a.take(RUN));
        assertFalse(b.take(RUN));
        b.leave();
        end(a, RUN);
        assertEquals(List.of(), granted);
        assertEquals(1, device.free());
    }

    /** A model with a thread of its own and always something to do on two instances, each run ending on that thread. */
    private static final class Loop {

        private static final int INSTANCES = 2;

        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final AtomicInteger running;
        private final AtomicInteger most;
        private final CountDownLatch over;
        private final DeviceShare share;
        private int idle = INSTANCES;
        private int left = 2000;

        Loop(DeviceTurns device, AtomicInteger running, AtomicInteger most, CountDownLatch over) {
            this.running = running;
            this.most = most;
            this.over = over;
            this.share = new DeviceTurns.Stake(device, 1).join(() -> thread.execute(this::look));
        }

        void start() {
            thread.execute(this::look);
        }

        private void look() {
            dispatch();
            share.pass();
        }

        private void dispatch() {
            while (left > 0 && idle > 0 && share.take(RUN)) {
                left--;
                idle--;
                most.accumulateAndGet(running.incrementAndGet(), Math::max);
                thread.execute(this::end);
            }
        }

        private void end() {
            idle++;
            running.decrementAndGet();
            share.end(RUN, RUN);
            look();
            if (left == 0 && idle == INSTANCES) {
                over.countDown();
            }
        }
    }

    @Test
    void betweenThreadsNoPlaceAndNoWishIsLost() throws InterruptedException {
        int places = 3;
        DeviceTurns shared = new DeviceTurns(places);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch over = new CountDownLatch(4);
        List<Loop> loops = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            loops.add(new Loop(shared, running, most, over));
        }
        loops.forEach(Loop::start);
        try {
            assertTrue(over.await(60, TimeUnit.SECONDS), "somebody was forgotten");
        } finally {
            loops.forEach(loop -> loop.thread.shutdownNow());
        }
        for (Loop loop : loops) {
            assertTrue(loop.thread.awaitTermination(60, TimeUnit.SECONDS));
        }
        assertTrue(most.get() <= places, most + " at one time");
        loops.forEach(loop -> loop.share.pass()); // a grant may have come after the end
        assertEquals(places, shared.free());
    }
}
