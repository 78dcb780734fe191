package dev.sluice.gateway.admit;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntSupplier;

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

    /**
     * One has left.
     *
     * @param stillIn counts those who are in; asked only once the gate is seen closed, because an older count could miss
     *     one who came in just before it closed
     */
    void left(IntSupplier stillIn) {
        if (closed && stillIn.getAsInt() == 0) {
            whenEmpty.getAndSet(NOBODY).run();
        }
    }
}
