package dev.sluice.gateway.fake;

import io.vertx.core.Future;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for a future of Vert.x on a test's own thread. */
public final class Wait {

    private static final int PATIENCE_SECONDS = 30;

    private Wait() {}

    public static <T> T forResult(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("the future did not succeed", e);
        }
    }
}
