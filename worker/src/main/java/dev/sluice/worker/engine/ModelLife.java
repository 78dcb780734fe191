package dev.sluice.worker.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a model be called until it is closed, and closed once no call runs any more: freeing native memory under a call
 * ends the process.
 *
 * @thread any; calls hold the read half of a lock, and close takes the write half
 */
final class ModelLife {

    private static final Logger LOG = LoggerFactory.getLogger(ModelLife.class);
    private static final long CLOSE_PATIENCE_SECONDS = 1;

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

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
        Lock running = lock.readLock();
        running.lock();
        try {
            if (closed) {
                throw new IllegalStateException("the model is closed");
            }
            return call.run();
        } finally {
            running.unlock();
        }
    }

    /** Frees it, unless that has been done; a call that does not return keeps it for as long as the process lives. */
    void end(String model, Runnable free) {
        Lock alone = lock.writeLock();
        if (!becomesFree(alone)) {
            LOG.error("{} is not closed: a call that was ended does not return", model);
            return;
        }
        try {
            if (!closed) {
                closed = true;
                free.run();
            }
        } finally {
            alone.unlock();
        }
    }

    private static boolean becomesFree(Lock lock) {
        try {
            return lock.tryLock(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
