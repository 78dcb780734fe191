package dev.sluice.gateway.front.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.gateway.fake.Wait;
import dev.sluice.gateway.transform.TransformOptions;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.settings.Settings;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
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
