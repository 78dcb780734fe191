package dev.sluice.worker.batch;

/**
 * How large batches are worth being, found by comparing rather than by extrapolating.
 *
 * <p>Now and then a batch is to have twice or half the size, and what one of its rows takes is compared with the batches
 * just before it, so that a machine that is slower today than yesterday makes no difference. A size is worth having if
 * it makes a row noticeably cheaper than half of it does; where many looks could not tell, the smaller one is right. The
 * clearer it is that a size is right, the longer it takes until it is doubted again.
 *
 * <p>The line of {@link LatencyModel} only says where to begin. Noise alone gives it a fixed part, for there can be none
 * below zero, and a model whose large batches are slower than in proportion has no line.
 *
 * @thread owned by the batcher loop; pure, knows no clock
 * @units rows
 * @bound constant memory; one look in {@link #FIRST_PERIOD} batches at most, in {@link #LONGEST_PERIOD} when settled
 */
final class UsefulSize {

    /** Twice as many rows are worth it if each saves that share: until the fixed part is a fiftieth of the rows'. */
    private static final double WORTH_IT = 0.01;

    /** A batch has a size if it misses it by no more than that part of it: requests of several rows do not fill each. */
    private static final int TOLERANCE = 8;

    private static final int FIRST_PERIOD = 32;

    private static final int LONGEST_PERIOD = 512;

    /** Weight of the newest batch in what a row takes at the present size. */
    private static final double NEWEST = 0.08;

    /** After that many batches of other sizes what a row takes at the present one is not fresh enough to compare with. */
    private static final int FRESH = 16;

    /** A batch that takes so many times what is known had a pause in it, which says nothing of its size. */
    private static final double ODD = 2;

    private final int maxRows;
    private int rows;
    private int period;
    private double rowNanos;
    private int atRows;
    private int sinceAtRows;
    private Comparison withTwice = new Comparison();
    private Comparison withHalf = new Comparison();

    /**
     * Begins with the size that a line asks for. The more a smaller batch would lose by that line, the rarer are the first
     * looks at one, unless a larger one is to be looked at as well.
     *
     * @param largest up to where the line is believed, for it was not drawn through larger batches
     */
    UsefulSize(double batchNanos, double rowNanos, int largest, int maxRows) {
        this.maxRows = maxRows;
        double byLine = Math.ceil(batchNanos / (2 * WORTH_IT * rowNanos));
        this.rows = (int) Math.clamp(byLine, 1, largest);
        double loss = batchNanos / (batchNanos + rowNanos * rows);
        boolean mayGrow = byLine > rows && rows < maxRows;
        this.period = mayGrow ? FIRST_PERIOD : (int) Math.clamp(loss * LONGEST_PERIOD, FIRST_PERIOD, LONGEST_PERIOD);
    }

    /** Present belief. */
    int rows() {
        return rows;
    }

    /** The same, unless it is time for a look. */
    int rows(long batches) {
        if (batches % period != period - 1) {
            return rows;
        }
        boolean up = !hasSmaller() || batches / period % 2 == 0;
        return up && hasLarger() ? twice() : hasSmaller() ? half() : rows;
    }

    private int twice() {
        return (int) Math.min(maxRows, 2L * rows);
    }

    private int half() {
        return rows / 2;
    }

    private boolean hasLarger() {
        return twice() > rows && !isAbout(rows, twice());
    }

    private boolean hasSmaller() {
        return rows > 1;
    }

    /** @param noise standard deviation of what batches of one size take, as a share of it */
    void observe(int batchRows, double nanos, double noise) {
        double taken = nanos / batchRows;
        if (isAbout(rows, batchRows)) {
            sinceAtRows = 0;
            atRows += atRows < Integer.MAX_VALUE ? 1 : 0;
            double clipped = atRows == 1 ? taken : Math.min(taken, ODD * rowNanos);
            rowNanos += Math.max(NEWEST, 1.0 / atRows) * (clipped - rowNanos);
        } else if (atRows > 0 && sinceAtRows < FRESH) {
            sinceAtRows++;
            if (hasLarger() && isAbout(twice(), batchRows)) {
                withTwice.add(1 - taken / rowNanos);
            } else if (hasSmaller() && isAbout(half(), batchRows)) {
                withHalf.add(taken / rowNanos - 1);
            }
            decide(noise);
        }
    }

    private static boolean isAbout(int size, int batchRows) {
        return Math.abs(batchRows - size) <= size / TOLERANCE;
    }

    private void decide(double noise) {
        if (withTwice.isClear(noise) && withTwice.isWorthIt()) {
            move(twice());
        } else if (withHalf.isSettled(noise) && !withHalf.isWorthIt()) {
            move(half());
        } else if ((!hasSmaller() || withHalf.isSettled(noise)) && (!hasLarger() || withTwice.isSettled(noise))) {
            period = Math.min(LONGEST_PERIOD, 2 * period);
            withTwice = new Comparison();
            withHalf = new Comparison();
        }
    }

    private void move(int toRows) {
        rows = toRows;
        period = FIRST_PERIOD;
        atRows = 0;
        withTwice = new Comparison();
        withHalf = new Comparison();
    }

    /**
     * Looks at two sizes of which one is twice the other.
     *
     * @thread owned by the batcher loop
     */
    private static final class Comparison {

        /** So many standard deviations make a difference. */
        private static final double CLEAR = 2;

        private static final int ENOUGH = 64;

        private static final int FEWEST = 3;

        private int looks;
        private double mean;

        /** @param saving what the larger size saves for each row, as a share of what it takes */
        void add(double saving) {
            looks++;
            mean += (Math.clamp(saving, -1, 1) - mean) / looks;
        }

        boolean isWorthIt() {
            return mean > WORTH_IT;
        }

        boolean isClear(double noise) {
            return looks >= FEWEST && Math.abs(mean - WORTH_IT) * Math.sqrt(looks) > CLEAR * noise;
        }

        boolean isSettled(double noise) {
            return isClear(noise) || looks >= ENOUGH;
        }
    }
}
