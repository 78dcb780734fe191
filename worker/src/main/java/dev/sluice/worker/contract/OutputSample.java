package dev.sluice.worker.contract;

/**
 * What one output of a version looked like in some of its answers, chosen evenly over a stretch of time.
 *
 * @param output its name
 * @param classes how often each class had the highest score; empty for an output that does not score classes
 * @param values the highest scores, or the numbers, in no order
 * @param notFinite answers that were looked at and had no finite number there
 * @thread immutable; nobody writes to the arrays
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record OutputSample(String output, int[] classes, float[] values, int notFinite) {

    /** As many as may be waited for: a little less than are ever kept of one output. */
    public static final int MOST_AWAITED = 4000;

    /** Whether it scores classes. */
    public boolean scoresClasses() {
        return classes.length > 0;
    }

    /** All that was looked at. */
    public int size() {
        return values.length + notFinite;
    }
}
