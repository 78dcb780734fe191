package dev.sluice.worker.batch;

import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.LearnedLatency;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long a batch takes, as a fixed part and a part for each row, learned from the batches that ran.
 *
 * <p>A straight line through what was seen lately: means and covariances that forget, so that a change of speed is
 * followed within some 50 batches. When all batches have one size they say nothing of the slope; so the slope is pulled
 * towards the last known line, scaled to the speed of today, and the less the sizes differ the stronger. One odd
 * batch (a collection, a busy neighbour) is clipped. What the line misses by, in the mean, is the safety margin for
 * decisions about deadlines; decisions about efficiency use the line itself.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @units rows and nanoseconds
 * @bound constant memory; observing and asking are O(1)
 */
public final class LatencyModel {

    /** Weight of the newest batch: 50 batches after a change of speed less than 2 % of the old is left. */
    private static final double NEWEST = 0.08;

    /** Before that many batches the line is a guess: nothing is clipped, no miss counts, and nobody should rely on it. */
    private static final int FIRST_BATCHES = 8;

    /** Without a profile, the line alone says how large batches are worth being until so many have run. */
    private static final int BEGINNING = 50;

    /** How much the last known slope counts, as a share of the squared mean size. */
    private static final double INERTIA = 0.05;

    /** A batch counts as odd beyond that many margins from the line, but not within {@link #NEVER_ODD}. */
    private static final double ODD = 4;

    private static final double NEVER_ODD = 0.3;

    /** Safety in standard deviations; the simulator's choice. */
    private static final double SAFETY = 2;

    private static final double LEAST_NANOS = 1e-3;

    private final int maxRows;
    private int observed;
    private int fewestRows = Integer.MAX_VALUE;
    private int mostRows;
    private double meanRows;
    private double meanNanos;
    private double rowsVariance;
    private double covariance;
    private double missVariance;
    private double batchNanos;
    private double rowNanos;
    private @Nullable UsefulSize useful;
    private boolean hasBegun;

    /** Of a model whose batches may have any size. */
    public LatencyModel(List<LatencyPoint> profile) {
        this(profile, Integer.MAX_VALUE);
    }

    /**
     * Knows what was measured before.
     *
     * @param profile in the order of measuring; an empty list for nothing
     * @param maxRows most rows of a batch
     */
    public LatencyModel(List<LatencyPoint> profile, int maxRows) {
        this.maxRows = maxRows;
        profile.forEach(point -> learn(point.rows(), point.nanos()));
        begin(mostRows, isKnown());
    }

    /** Learns from a batch. */
    public void observe(int rows, long nanos) {
        learn(rows, nanos);
        if (useful != null && hasBegun) {
            useful.observe(Math.max(1, rows), (double) nanos, Math.sqrt(missVariance));
        } else {
            begin(twiceAsMany(), observed >= BEGINNING);
        }
    }

    private void begin(int largest, boolean isOver) {
        if (isKnown()) {
            useful = new UsefulSize(batchNanos, rowNanos, Math.min(largest, maxRows), maxRows);
            hasBegun = isOver;
        }
    }

    private void learn(int rows, long nanos) {
        double size = Math.max(1, rows);
        double taken = Math.max(LEAST_NANOS, (double) nanos);
        if (observed >= FIRST_BATCHES) {
            double line = batchNanos + rowNanos * size;
            double odd = Math.max(NEVER_ODD, ODD * Math.sqrt(missVariance));
            double miss = Math.clamp(taken / line - 1, -odd, odd);
            taken = line * (1 + miss);
            missVariance += weight(observed - FIRST_BATCHES + 1) * (miss * miss - missVariance);
        }
        observed += observed < Integer.MAX_VALUE ? 1 : 0;
        fewestRows = Math.min(fewestRows, (int) size);
        mostRows = Math.max(mostRows, (int) size);
        draw(size, taken, weight(observed));
    }

    private static double weight(int observed) {
        return Math.max(NEWEST, 1.0 / observed);
    }

    private void draw(double size, double taken, double weight) {
        double fromMeanRows = size - meanRows;
        double fromMeanNanos = taken - meanNanos;
        double before = batchNanos + rowNanos * (meanRows + weight * fromMeanRows);
        meanRows += weight * fromMeanRows;
        meanNanos += weight * fromMeanNanos;
        rowsVariance = (1 - weight) * (rowsVariance + weight * fromMeanRows * fromMeanRows);
        covariance = (1 - weight) * (covariance + weight * fromMeanRows * fromMeanNanos);
        double steepest = meanNanos / meanRows;
        double known = observed == 1 ? steepest / 2 : rowNanos * meanNanos / before;
        double inertia = INERTIA * meanRows * meanRows;
        double slope = (covariance + inertia * known) / (rowsVariance + inertia);
        rowNanos = Math.clamp(slope, steepest * 1e-3, steepest);
        batchNanos = Math.max(0, meanNanos - rowNanos * meanRows);
    }

    /** Whether it has seen enough, and batches different enough, to be relied on for any size. */
    public boolean isKnown() {
        return observed >= FIRST_BATCHES && mostRows >= 2 * fewestRows;
    }

    /** What a batch takes whatever its size. */
    public double batchNanos() {
        return batchNanos;
    }

    /** What each row adds. */
    public double rowNanos() {
        return rowNanos;
    }

    /** How long such a batch takes in the mean. */
    public long nanos(int rows) {
        return (long) (batchNanos + rowNanos * rows);
    }

    /** How long such a batch hardly ever exceeds; 0 as long as nothing is known of that size. */
    public long safeNanos(int rows) {
        boolean seen = observed >= FIRST_BATCHES && rows >= fewestRows && rows <= mostRows;
        return seen || isKnown() ? (long) ((batchNanos + rowNanos * rows) * margin()) : 0;
    }

    /** The largest batch that is done safely within that time, perhaps none; any as long as nothing is known. */
    public int rowsWithin(long nanos) {
        return isKnown() ? (int) Math.max(0, (nanos / margin() - batchNanos) / rowNanos) : Integer.MAX_VALUE;
    }

    /**
     * Batches beyond that size do not save time worth the waiting. As long as that is not known they are to be no more
     * than twice as large as any before: one of a heavy model's could take minutes. The very first may have any size.
     */
    public int usefulRows() {
        if (useful != null) {
            return useful.rows();
        }
        return observed == 0 ? Integer.MAX_VALUE : twiceAsMany();
    }

    private int twiceAsMany() {
        return (int) Math.min(Integer.MAX_VALUE, 2L * mostRows);
    }

    /** The same, or now and then another size, which is to show whether that is right. */
    public int usefulRows(long batches) {
        return useful != null ? useful.rows(batches) : usefulRows();
    }

    /** All of it, to be shown. */
    public LearnedLatency learned() {
        double noise = Math.sqrt(missVariance);
        return new LearnedLatency(observed, fewestRows, mostRows, isKnown(), batchNanos, rowNanos, noise, usefulRows());
    }

    /** What so many instances can do with batches of so many rows; unknown when there are none, or too little has been seen. */
    Capacity capacity(int queueRequests, int instances, int rows) {
        boolean known = rows > 0 && safeNanos(rows) > 0;
        return new Capacity(
                queueRequests, Math.max(1, instances), Math.max(1, rows), known ? batchNanos : 0, known ? rowNanos : 0);
    }

    private double margin() {
        return 1 + SAFETY * Math.sqrt(missVariance);
    }
}
