package dev.sluice.gateway.drift;

import dev.sluice.worker.contract.OutputSample;
import java.util.Arrays;

/**
 * How many of two samples fall into each of a few groups, of which the baseline has about equal parts.
 *
 * <p>Numbers are divided at the baseline's deciles. A number that is a tenth of the baseline or more by itself has a group of
 * its own, so that what never varied is seen to begin to. Classes are each a group where there are no more than {@value
 * #MOST_CLASSES}; of more, neighbours are taken together until they have a part like that. Answers without a finite number are
 * a group where there are any.
 *
 * @param lately by group
 * @param baseline by group
 * @thread immutable; nobody writes to the arrays
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Groups(int[] lately, int[] baseline) {

    private static final int TENTHS = 10;
    private static final int MOST_CLASSES = 20;

    /**
     * @param now the numbers of the one in rising order
     * @param before the numbers of the other in rising order
     */
    static Groups of(OutputSample lately, float[] now, OutputSample baseline, float[] before) {
        Groups groups = lately.scoresClasses()
                ? ofClasses(lately.classes(), baseline.classes())
                : ofNumbers(now, before, edges(before));
        boolean allFinite = lately.notFinite() + baseline.notFinite() == 0;
        return allFinite
                ? groups
                : new Groups(with(groups.lately, lately.notFinite()), with(groups.baseline, baseline.notFinite()));
    }

    int count() {
        return baseline.length;
    }

    private static int[] with(int[] counts, int last) {
        int[] more = Arrays.copyOf(counts, counts.length + 1);
        more[counts.length] = last;
        return more;
    }

    private static Groups ofClasses(int[] lately, int[] baseline) {
        if (baseline.length <= MOST_CLASSES) {
            return new Groups(lately, baseline);
        }
        int least = Math.max(1, Arrays.stream(baseline).sum() / MOST_CLASSES);
        int[] now = new int[baseline.length];
        int[] before = new int[baseline.length];
        int group = 0;
        boolean begun = false;
        for (int i = 0; i < baseline.length; i++) {
            if (begun && baseline[i] >= least) { // one that is large enough shares with nobody
                group++;
            }
            now[group] += lately[i];
            before[group] += baseline[i];
            begun = before[group] < least;
            group += begun ? 0 : 1;
        }
        int groups = begun ? group + 1 : group;
        return new Groups(Arrays.copyOf(now, groups), Arrays.copyOf(before, groups));
    }

    private static Groups ofNumbers(float[] lately, float[] baseline, float[] edges) {
        return new Groups(counts(lately, edges), counts(baseline, edges));
    }

    /** Each the largest number of its group; the last group has none. */
    private static float[] edges(float[] baseline) {
        float[] edges = new float[2 * TENTHS];
        int count = 0;
        for (int tenth = 1; tenth < TENTHS && baseline.length > 0; tenth++) {
            float edge = baseline[(int) ((long) baseline.length * tenth / TENTHS)];
            boolean isNew = count == 0 || edge > edges[count - 1];
            if (isNew && isATenth(baseline, edge) && (count == 0 || Math.nextDown(edge) > edges[count - 1])) {
                edges[count++] = Math.nextDown(edge);
            }
            if (isNew) {
                edges[count++] = edge;
            }
        }
        return Arrays.copyOf(edges, count);
    }

    private static boolean isATenth(float[] ascending, float number) {
        int below = firstAbove(ascending, Math.nextDown(number));
        return (long) TENTHS * (firstAbove(ascending, number) - below) >= ascending.length;
    }

    private static int[] counts(float[] ascending, float[] edges) {
        int[] counts = new int[edges.length + 1];
        int from = 0;
        for (int i = 0; i < edges.length; i++) {
            int to = firstAbove(ascending, edges[i]);
            counts[i] = to - from;
            from = to;
        }
        counts[edges.length] = ascending.length - from;
        return counts;
    }

    private static int firstAbove(float[] ascending, float number) {
        int from = 0;
        int to = ascending.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (ascending[middle] <= number) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}
