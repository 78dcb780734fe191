package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.fake.Wait;
import dev.sluice.gateway.transform.TransformOptions;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.settings.Settings;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whatever a loop begins must not go before the loop. */
class LoopThreadsTest {

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        Wait.forResult(vertx.close());
    }

    private static int priority() {
        return Thread.currentThread().getPriority();
    }

    @Test
    void loopsGoFirst() {
        Promise<Integer> loop = Promise.promise();
        vertx.runOnContext(on -> loop.complete(priority()));
        assertEquals(Thread.MAX_PRIORITY, Wait.forResult(loop.future()));
    }

    @Test
    void whatALoopHasDoneElsewhereDoesNot() {
        Promise<Integer> worker = Promise.promise();
        Promise<Integer> named = Promise.promise();
        vertx.runOnContext(on -> {
            vertx.executeBlocking(LoopThreadsTest::priority).onComplete(worker);
            vertx.createSharedWorkerExecutor("named", 1)
                    .executeBlocking(LoopThreadsTest::priority)
                    .onComplete(named);
        });
        assertEquals(Thread.NORM_PRIORITY, Wait.forResult(worker.future()));
        assertEquals(Thread.NORM_PRIORITY, Wait.forResult(named.future()));
    }

    /** However many of them a loop begins, and whenever. */
    @Test
    void whatCarriesVirtualThreadsDoesNot() {
        Promise<List<Thread>> carriers = Promise.promise();
        vertx.runOnContext(on -> {
            for (int i = 0; i < 100; i++) {
                Thread.ofVirtual().start(Thread::onSpinWait);
            }
            carriers.complete(Thread.getAllStackTraces().keySet().stream()
                    .filter(LoopThreadsTest::carries)
                    .toList());
        });
        List<Thread> all = Wait.forResult(carriers.future());
        assertFalse(all.isEmpty());
        for (Thread carrier : all) {
            assertTrue(carrier.getPriority() <= Thread.NORM_PRIORITY, carrier.toString());
            @Nullable ThreadGroup group = carrier.getThreadGroup();
            assertTrue(group == null || group.getMaxPriority() == Thread.NORM_PRIORITY, carrier.toString());
        }
    }

    private static boolean carries(Thread thread) {
        @Nullable ThreadGroup group = thread.getThreadGroup();
        return group != null && group.getName().equals("CarrierThreads");
    }

    @Test
    void transformsGoLast() {
        TransformOptions options = Settings.of(TransformOptions.class).load();
        try (TransformPool pool = new TransformPool(options, Ticker.SYSTEM)) {
            Promise<Integer> transform = Promise.promise();
            vertx.runOnContext(on -> pool.begin(TransformPool.Kind.PICTURE, () -> {
                transform.complete(priority());
                return true;
            }));
            assertEquals(Thread.MIN_PRIORITY, Wait.forResult(transform.future()));
        }
    }
}
