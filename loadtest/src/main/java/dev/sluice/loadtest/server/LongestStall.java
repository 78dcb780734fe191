package dev.sluice.loadtest.server;

import dev.sluice.loadtest.wire.Discovery;
import java.util.concurrent.atomic.DoubleAccumulator;

/**
 * The longest turn of the server's event loops from the making of this to its close, as the server measures it.
 *
 * <p>The server tells the longest of the last ten to twenty seconds. What it tells at the beginning is of before, and counts
 * only where it never tells anything else.
 *
 * @thread made, read and closed on one; looks on a thread of its own
 */
public final class LongestStall implements AutoCloseable {

    private static final String LAG = "sluice_loop_lag_seconds";
    private static final long EVERY_MILLIS = 2_000;

    private final Discovery discovery;
    private final double before;
    private final DoubleAccumulator most = new DoubleAccumulator(Math::max, 0);
    private final Thread looking;

    /** @errors {@link IllegalArgumentException} if the server does not tell */
    public LongestStall(Discovery discovery) throws InterruptedException {
        this.discovery = discovery;
        this.before = told();
        if (before == 0) {
            throw new IllegalArgumentException("the server does not say how long its loops' turns are (" + LAG + ")");
        }
        this.looking = Thread.ofVirtual().start(this::lookOn);
    }

    private double told() throws InterruptedException {
        return ServerMetrics.of(discovery).total(LAG);
    }

    private void look() throws InterruptedException {
        double now = told();
        if (now != before) {
            most.accumulate(now);
        }
    }

    private void lookOn() {
        try {
            while (!Thread.interrupted()) {
                Thread.sleep(EVERY_MILLIS); // not to wait for anything: the server forgets after ten seconds
                look();
            }
        } catch (InterruptedException closed) {
            // Nothing is left to look for.
        } catch (IllegalArgumentException silent) {
            most.accumulate(Double.POSITIVE_INFINITY); // a server that does not answer in all that time stalls
        }
    }

    /** Up to now. */
    public double seconds() throws InterruptedException {
        look();
        return most.get() > 0 ? most.get() : before;
    }

    @Override
    public void close() {
        looking.interrupt();
    }
}
