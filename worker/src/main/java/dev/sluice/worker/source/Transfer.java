package dev.sluice.worker.source;

import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far a fetch is, and the word that ends it.
 *
 * @thread any; one writes how far it is
 */
public final class Transfer {

    private static final String GETTING = "fetching";
    private static final double MEBI = 1 << 20;

    private final AtomicLong received = new AtomicLong();
    private volatile String doing = "";
    private final AtomicLong had = new AtomicLong();
    private volatile long total = -1;
    private volatile boolean ended;

    /** Ends it when the next bytes come, or have not come for the idle timeout. */
    public void end() {
        ended = true;
    }

    /** Bytes that have come by the network, over all tries. */
    public long received() {
        return received.get();
    }

    /** For people; empty as long as nothing is known. */
    public String inWords() {
        String what = doing;
        return what.equals(GETTING) ? what + " " + amount() : what;
    }

    private String amount() {
        long all = total;
        String there = String.format(Locale.ROOT, "%.1f", had.get() / MEBI);
        return all < 0 ? there + " MiB" : there + String.format(Locale.ROOT, " of %.1f MiB", all / MEBI);
    }

    /** Nothing is under way, for that reason. */
    public void waits(String why) {
        doing = why;
    }

    void doing(String what) {
        doing = what;
    }

    void begins(long from, long of) {
        had.set(from);
        total = of;
        doing = GETTING;
    }

    void got(int bytes) {
        received.addAndGet(bytes);
        had.addAndGet(bytes);
    }

    /** @throws SourceException when it is to end */
    public void goOn() throws SourceException {
        if (ended) {
            throw SourceException.never("it is not wanted any more");
        }
    }

    /** What reading threw, unless that was because it is to end. */
    IOException failure(IOException broken) {
        return ended ? SourceException.never("it is not wanted any more") : broken;
    }
}
