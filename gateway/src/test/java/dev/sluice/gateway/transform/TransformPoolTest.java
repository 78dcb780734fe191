package dev.sluice.gateway.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.transform.TransformPool.Kind;
import dev.sluice.worker.contract.InferenceError;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class TransformPoolTest {

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
    }

    private static BooleanSupplier decoding(Runnable work) {
        return () -> {
            work.run();
            return true;
        };
    }

    /** Two minutes for each, as far as anybody knows: who is refused is told the longest that anybody is. */
    @Test
    void refusesWhatItHasNoPlaceForAndSaysForHowLong() {
        AtomicLong clock = new AtomicLong();
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(2);
        try (TransformPool pool = new TransformPool(new TransformOptions(1, 1, 1), clock::get)) {
            assertNull(pool.begin(Kind.PICTURE, decoding(() -> {
                begun.countDown();
                await(go);
                clock.addAndGet(TimeUnit.MINUTES.toNanos(2));
                done.countDown();
            })));
            await(begun);
            assertNull(pool.begin(Kind.PICTURE, decoding(done::countDown)));
            InferenceError soon = pool.begin(Kind.PICTURE, () -> true);
            InferenceError.Overloaded full = assertInstanceOf(InferenceError.Overloaded.class, soon);
            assertEquals("1 requests and answers wait to be transformed (transform.max_queue)", full.message());
            assertEquals(1000, full.retryAfterMillis());
            assertEquals(1, pool.refused());
            assertEquals(1, pool.waiting());
            assertEquals(1, pool.running());
            go.countDown();
            await(done);
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch holds = new CountDownLatch(1);
            CountDownLatch over = new CountDownLatch(1);
            assertNull(pool.begin(Kind.PICTURE, decoding(() -> {
                holds.countDown();
                await(held);
            })));
            await(holds);
            assertNull(pool.begin(Kind.PICTURE, decoding(over::countDown)));
            InferenceError.Overloaded slow =
                    assertInstanceOf(InferenceError.Overloaded.class, pool.begin(Kind.PICTURE, () -> true));
            assertTrue(slow.retryAfterMillis() > 5000, slow.toString());
            held.countDown();
            await(over);
        }
    }

    /** Fifty texts that took no time, and one that takes until then. */
    private static void beBusyAfterFastTexts(TransformPool pool, CountDownLatch go) {
        for (int i = 0; i < 50; i++) {
            CountDownLatch each = new CountDownLatch(1);
            assertNull(pool.begin(Kind.TEXT, decoding(each::countDown)));
            await(each);
        }
        CountDownLatch begun = new CountDownLatch(1);
        assertNull(pool.begin(Kind.TEXT, decoding(() -> {
            begun.countDown();
            await(go);
        })));
        await(begun);
    }

    /** A text takes a hundredth of what a picture does, so that a hundred clients of texts are no crowd. */
    @Test
    void letsMoreOfWhatTakesLessWait() {
        AtomicLong clock = new AtomicLong();
        CountDownLatch go = new CountDownLatch(1);
        try (TransformPool pool = new TransformPool(new TransformOptions(1, 4, 1), clock::get)) {
            beBusyAfterFastTexts(pool, go);
            for (int i = 0; i < 64; i++) {
                assertNull(pool.begin(Kind.TEXT, () -> true), i + " wait");
            }
            assertInstanceOf(InferenceError.Overloaded.class, pool.begin(Kind.TEXT, () -> true));
            assertEquals(64, pool.waiting());
            go.countDown();
        }
    }

    /** Else a crowd that comes with pictures after texts would wait for 16 times as long as anybody should. */
    @Test
    void letsNoMorePicturesWaitForTextsThatWereFast() {
        AtomicLong clock = new AtomicLong();
        CountDownLatch go = new CountDownLatch(1);
        try (TransformPool pool = new TransformPool(new TransformOptions(1, 4, 1), clock::get)) {
            beBusyAfterFastTexts(pool, go);
            for (int i = 0; i < 4; i++) {
                assertNull(pool.begin(Kind.PICTURE, () -> true), i + " wait");
            }
            assertInstanceOf(InferenceError.Overloaded.class, pool.begin(Kind.PICTURE, () -> true));
            assertInstanceOf(InferenceError.Overloaded.class, pool.begin(Kind.TEXT, () -> true));
            go.countDown();
        }
    }

    /** Its model has run for it, which a picture has yet to begin. */
    @Test
    void refusesAnswersLast() {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        try (TransformPool pool = new TransformPool(new TransformOptions(1, 1, 1), () -> 0)) {
            assertNull(pool.begin(Kind.ANSWER, decoding(() -> {
                begun.countDown();
                await(go);
            })));
            await(begun);
            assertNull(pool.begin(Kind.PICTURE, () -> true));
            assertInstanceOf(InferenceError.Overloaded.class, pool.begin(Kind.PICTURE, () -> true));
            for (int i = 1; i < 32; i++) {
                assertNull(pool.begin(Kind.ANSWER, () -> true), i + " wait");
            }
            assertInstanceOf(InferenceError.Overloaded.class, pool.begin(Kind.ANSWER, () -> true));
            go.countDown();
        }
    }

    /** Who waits for one has waited for its model, and a picture takes a hundred times as long. */
    @Test
    void answersGoFirst() {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(4);
        List<String> order = new CopyOnWriteArrayList<>();
        try (TransformPool pool = new TransformPool(new TransformOptions(1, 9, 1), () -> 0)) {
            assertNull(pool.begin(Kind.PICTURE, decoding(() -> await(go))));
            for (String each : List.of("picture 1", "answer 1", "picture 2", "answer 2")) {
                Kind kind = each.startsWith("answer") ? Kind.ANSWER : Kind.PICTURE;
                assertNull(pool.begin(kind, decoding(() -> {
                    order.add(each);
                    over.countDown();
                })));
            }
            go.countDown();
            await(over);
            assertEquals(List.of("answer 1", "answer 2", "picture 1", "picture 2"), order);
        }
    }

    /** Of which there may be many, when a crowd gives up: the others would be told to come back too soon. */
    @Test
    void measuresWhatWasDecodedAlone() {
        AtomicLong clock = new AtomicLong();
        CountDownLatch done = new CountDownLatch(1);
        try (TransformPool pool = new TransformPool(new TransformOptions(1, 9, 1), clock::get)) {
            for (boolean decodes : new boolean[] {true, false, true}) {
                assertNull(pool.begin(Kind.PICTURE, () -> {
                    clock.addAndGet(500);
                    return decodes;
                }));
            }
            assertNull(pool.begin(Kind.PICTURE, () -> {
                done.countDown();
                return false;
            }));
            await(done);
            assertEquals(2, pool.count(Kind.PICTURE));
            assertEquals(1000, pool.nanos(Kind.PICTURE));
            assertEquals(0, pool.count(Kind.TEXT));
        }
    }
}
