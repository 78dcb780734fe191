package dev.sluice.loadtest.server;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The most that the server's process held in memory from the making of this to its close.
 *
 * @thread made, read and closed on one; looks on a thread of its own
 */
public final class ResidentPeak implements AutoCloseable {

    private static final long EVERY_MILLIS = 100;

    private final AtomicLong most = new AtomicLong();
    private final Thread looking;

    public ResidentPeak(ServerProcess process) throws IOException {
        most.set(process.residentBytes());
        this.looking = Thread.ofVirtual().start(() -> look(process));
    }

    private void look(ServerProcess process) {
        try {
            while (!Thread.interrupted()) {
                // Not to wait for anything: the kernel tells only what is held now, so it is sampled.
                Thread.sleep(EVERY_MILLIS);
                most.accumulateAndGet(process.residentBytes(), Math::max);
            }
        } catch (InterruptedException closed) {
            // Nothing is left to look for.
        } catch (IOException | IllegalArgumentException gone) {
            most.set(Long.MAX_VALUE); // a server that dies has not kept its memory in bounds
        }
    }

    public long bytes() {
        return most.get();
    }

    @Override
    public void close() {
        looking.interrupt();
    }
}
