package dev.sluice.worker.engine;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
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

    private final Lock lock = new ReentrantLock();
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

    private void enter() {
        lock.lock();
        try {
            if (closing != null) {
                throw new IllegalStateException("the model is closed");
            }
            running++;
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        @Nullable Runnable free;
        lock.lock();
        try {
            running--;
            free = running == 0 ? closing : null;
        } finally {
            lock.unlock();
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
        lock.lock();
        try {
            if (closing != null) {
                return;
            }
            closing = free;
            idle = running == 0;
        } finally {
            lock.unlock();
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
