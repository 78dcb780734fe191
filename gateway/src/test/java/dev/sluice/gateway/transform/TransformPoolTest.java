package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.worker.contract.InferenceError;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TransformPoolTest {

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    /** Two minutes for each, as far as anybody knows: who is refused is told the longest that anybody is. */
    @Test
    void refusesWhatItHasNoPlaceForAndSaysForHowLong() {
        AtomicLong clock = new AtomicLong();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(2);
        try (TransformPool pool = new TransformPool(new TransformOptions(1, 1, 1), clock::get)) {
            assertNull(pool.begin(() -> {
                begun.countDown();
                await(go);
                clock.addAndGet(TimeUnit.MINUTES.toNanos(2));
                done.countDown();
            }));
            await(begun);
            assertNull(pool.begin(done::countDown));
            InferenceError soon = pool.begin(() -> {});
            InferenceError.Overloaded full = assertInstanceOf(InferenceError.Overloaded.class, soon);
            assertEquals("1 pictures wait to be decoded (transform.max_queue)", full.message());
            assertEquals(1000, full.retryAfterMillis());
            go.countDown();
            await(done);
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch holds = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(1);
            assertNull(pool.begin(() -> {
                holds.countDown();
                await(held);
            }));
            await(holds);
            assertNull(pool.begin(over::countDown));
            InferenceError.Overloaded slow = assertInstanceOf(InferenceError.Overloaded.class, pool.begin(() -> {}));
            assertTrue(slow.retryAfterMillis() > 5000, slow.toString());
            held.countDown();
            await(over);
        }
    }
}
