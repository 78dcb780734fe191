package dev.sluice.worker.plugin;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a plug-in has prepared for a version, until the version has gone and whoever was at it then is done: the last of both
 * closes it.
 *
 * @thread any, several at one time
 * @errors ModelNotReady once the version has gone; what goes wrong when it is closed is logged
 * @owns what was prepared
 */
final class InUse<T extends AutoCloseable> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(InUse.class);

    private final T prepared;
    private final ModelId model;
    private final ClassLoader classes;

    /** Who is at it, and the version. */
    private final AtomicInteger users = new AtomicInteger(1);

    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param classes of its jar */
    InUse(T prepared, ModelId model, ClassLoader classes) {
        this.prepared = prepared;
        this.model = model;
        this.classes = classes;
    }

    <R> R apply(Function<T, R> work) {
        if (users.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new InferenceException(new InferenceError.ModelNotReady(
                    model, "it has been unloaded meanwhile", InferenceError.RETRY_SOON_MILLIS));
        }
        try {
            return within(classes, () -> work.apply(prepared));
        } finally {
            letGo();
        }
    }

    /** Libraries look there for what else their jar has. */
    static <R> R within(ClassLoader classes, Work<R> work) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes);
        try {
            return work.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * What is done with the classes of a jar.
     *
     * @thread its caller's
     */
    @FunctionalInterface
    interface Work<R> {
        R run();
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            letGo();
        }
    }

    private void letGo() {
        if (users.decrementAndGet() > 0) {
            return;
        }
        within(classes, () -> {
            try {
                prepared.close();
            } catch (Throwable failure) { // it is a user's class, and the version goes all the same
                LOG.warn("model {}: what its plug-in had prepared could not be closed", model, failure);
            }
            return model;
        });
    }
}
