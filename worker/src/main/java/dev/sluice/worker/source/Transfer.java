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
    private final AtomicLong furthest = new AtomicLong();
    private final AtomicLong news = new AtomicLong();
    private volatile boolean ended;

    /** Ends it when the next bytes come, or have not come for the idle timeout. */
    public void end() {
        ended = true;
    }

    /** Bytes that have come by the network, over all tries. */
    public long received() {
        return received.get();
    }

    /** Those of them that had not come before: a source that begins anew each time gets no further by that. */
    public long news() {
        return news.get();
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
        boolean isAnother = total >= 0 && had.get() >= total;
        furthest.set(isAnother ? from : Math.max(furthest.get(), from));
        had.set(from);
        total = of;
        doing = GETTING;
    }

    void got(int bytes) {
        received.addAndGet(bytes);
        long now = had.addAndGet(bytes);
        long further = now - furthest.get();
        if (further > 0) {
            news.addAndGet(further);
            furthest.set(now);
        }
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
