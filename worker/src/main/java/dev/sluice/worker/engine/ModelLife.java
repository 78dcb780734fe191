package dev.sluice.worker.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a model be called until it is closed, and frees it once no call runs any more: freeing native memory under a
 * call ends the process.
 *
 * @thread any; the last call that returns frees what was closed under it
 */
final class ModelLife {

    private static final Logger LOG = LoggerFactory.getLogger(ModelLife.class);
    private static final long CLOSE_PATIENCE_SECONDS = 1;

    private final CountDownLatch freed = new CountDownLatch(1);
    private int running;
    private @Nullable Runnable closing;

    /**
     * One call of a model.
     *
     * @thread as {@link #call}
     */
    @FunctionalInterface
    interface Call<T, E extends Exception> {
        T run() throws E;
    }

    /** @throws IllegalStateException when the model is closed */
    <T, E extends Exception> T call(Call<T, E> call) throws E {
        enter();
        try {
            return call.run();
        } finally {
            leave();
        }
    }

    private synchronized void enter() {
        if (closing != null) {
            throw new IllegalStateException("the model is closed");
        }
        running++;
    }

    private void leave() {
        Runnable free;
        synchronized (this) {
            running--;
            free = running == 0 ? closing : null;
        }
        if (free != null) {
            free(free);
        }
    }

    private void free(Runnable free) {
        try {
            free.run();
        } finally {
            freed.countDown();
        }
    }

    /** Frees it, unless that has been done: now, or when the last call returns, for which it waits a little. */
    void end(String model, Runnable free) {
        boolean idle;
        synchronized (this) {
            if (closing != null) {
                return;
            }
            closing = free;
            idle = running == 0;
        }
        if (idle) {
            free(free);
        } else if (!isFreedSoon()) {
            LOG.error("{} is not closed yet: a call that was ended does not return", model);
        }
    }

    private boolean isFreedSoon() {
        try {
            return freed.await(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
