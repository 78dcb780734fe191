package dev.sluice.loadtest.load;

import java.util.ArrayList;
import java.util.List;

/**
 * Counts by short stretches of time, so that curves can be drawn: what was planned in each, and what ended in each.
 *
 * @thread one at a time
 * @bound a few numbers for each window of the run
 */
public final class Windows {

    private static final class Window {
        private long planned;
        private final Counts ended = new Counts();
    }

    private final long windowNanos;
    private final List<Window> windows = new ArrayList<>();

    Windows(long windowNanos) {
        this.windowNanos = windowNanos;
    }

    void plan(long atNanos) {
        at(atNanos).planned++;
    }

    void end(long atNanos, Outcome outcome) {
        at(atNanos).ended.add(outcome);
    }

    private Window at(long nanos) {
        int index = Math.toIntExact(nanos / windowNanos);
        while (windows.size() <= index) {
            windows.add(new Window());
        }
        return windows.get(index);
    }

    /** Up to the last window that has something in it. */
    public int count() {
        return windows.size();
    }

    public long windowNanos() {
        return windowNanos;
    }

    public long planned(int window) {
        return windows.get(window).planned;
    }

    public long ended(int window, Outcome outcome) {
        return windows.get(window).ended.of(outcome);
    }
}
