package dev.sluice.gateway.admit;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Open until shutdown begins; then nothing new is let in, and someone waits for the last request to leave.
 *
 * @thread any
 */
final class DrainGate {

    private static final Runnable NOBODY = () -> {};

    private volatile boolean closed;
    private final AtomicReference<Runnable> whenEmpty = new AtomicReference<>(NOBODY);

    boolean isClosed() {
        return closed;
    }

    /** Closes the gate; {@code whenEmpty} runs once, when {@link #left} first hears that nobody is left. */
    void close(Runnable whenEmpty) {
        this.whenEmpty.set(whenEmpty);
        closed = true;
    }

    /** One has left, and so many are still in. */
    void left(int stillIn) {
        if (closed && stillIn == 0) {
            whenEmpty.getAndSet(NOBODY).run();
        }
    }
}
