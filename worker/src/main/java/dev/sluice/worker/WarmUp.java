package dev.sluice.worker;

import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.batch.PatientShare;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.EngineRunException;
import dev.sluice.worker.engine.ModelInstance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a model before it takes requests, with batches of 1, 2, 4 ... rows of zeros, and notes how long each took.
 *
 * <p>The first run of each size is slow, for memory is allocated and kernels are chosen; better that no client waits for
 * it. Sizes grow as long as a larger batch still makes the single row cheaper, so that a heavy model that gains nothing
 * is left alone after two of them; but a size that seems to gain nothing has three runs to show that it does. Then all
 * sizes run in turn, several times, so that a slow spell of the machine hits all alike. Each run has a place of its
 * device, so that models that serve already neither disturb it nor are disturbed more than by one another.
 *
 * @thread the one that loads the model, which waits for places
 * @bound the time budget, overrun at most by one run and the wait for its place
 * @errors none: a model that zeros do not suit, or whose shapes are open beyond the rows, starts without a profile, and
 *     where larger batches fail, or there is no memory for them, what was measured before is the profile
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    /**
     * What was measured.
     *
     * @param points in the order of measuring; nothing where nothing could be
     * @param complete whether nothing cut it short
     */
    record Profile(List<LatencyPoint> points, boolean complete) {}

    private static final int ROUNDS = 4;

    /** Runs of a size that seems to gain nothing. */
    private static final int TRIES = 3;

    /** A size that is that much faster than it ever was then, was measured while the machine had much else to do. */
    private static final double DISAGREES = 0.5;

    /** Another doubling is worth it while it makes a row cheaper by that share. */
    private static final double GAIN = 0.03;

    private static final long NOTHING = -1;

    private final ModelInstance model;
    private final Signature signature;
    private final PatientShare device;
    private final Ticker ticker;
    private final Map<Integer, List<Tensor>> inputs = new HashMap<>();
    private @Nullable EngineRunException failure;
    private boolean everRan;

    WarmUp(ModelInstance model, Signature signature, PatientShare device, Ticker ticker) {
        this.model = model;
        this.signature = signature;
        this.device = device;
        this.ticker = ticker;
    }

    /** Whether batches of several sizes are measured, or only the one size that the model has. */
    boolean variesRows() {
        return signature.batched();
    }

    /** Measures the sizes of use, as far as the budget goes. */
    Profile run(int maxBatchRows, Duration budget) {
        List<LatencyPoint> measured = new ArrayList<>();
        if (budget.isZero() || !TrialRows.areKnown(signature)) {
            return new Profile(measured, false);
        }
        long end = ticker.nanos() + budget.toNanos();
        boolean complete = goUp(signature.batched() ? maxBatchRows : 1, end, measured);
        List<Integer> sizes = sizes(measured);
        for (int round = 0; round < ROUNDS; round++) {
            for (int rows : sizes) {
                long nanos = nanosOf(rows, end);
                if (nanos == NOTHING) {
                    return new Profile(measured, false);
                }
                measured.add(new LatencyPoint(rows, nanos));
            }
        }
        return new Profile(measured, complete);
    }

    private static List<Integer> sizes(List<LatencyPoint> measured) {
        return measured.stream().map(LatencyPoint::rows).distinct().toList();
    }

    /**
     * Runs each size that was measured on an earlier occasion twice more, to have the slow first run of it over.
     *
     * @return whether what was measured then can be believed: false if a size is much faster now
     */
    boolean repeat(List<LatencyPoint> measured, Duration budget) {
        long end = ticker.nanos() + budget.toNanos();
        for (int rows : sizes(measured)) {
            nanosOf(rows, end);
            long nanos = nanosOf(rows, end);
            if (nanos != NOTHING && nanos < DISAGREES * fastest(rows, measured)) {
                return false;
            }
        }
        return true;
    }

    private static long fastest(int rows, List<LatencyPoint> measured) {
        return measured.stream()
                .filter(point -> point.rows() == rows)
                .mapToLong(LatencyPoint::nanos)
                .min()
                .orElse(0);
    }

    /** Measures sizes up to the first that gains nothing; false if it did not get as far as that. */
    private boolean goUp(int maxBatchRows, long end, List<LatencyPoint> measured) {
        double cheapestRow = Double.POSITIVE_INFINITY;
        for (long doubled = 1; doubled <= maxBatchRows; doubled *= 2) {
            int rows = (int) doubled;
            double enough = cheapestRow * (1 - GAIN);
            if (nanosOf(rows, end) == NOTHING) {
                return false;
            }
            int tries = 0;
            do {
                long nanos = nanosOf(rows, end);
                if (nanos == NOTHING) {
                    return false;
                }
                measured.add(new LatencyPoint(rows, nanos));
                cheapestRow = Math.min(cheapestRow, (double) nanos / rows);
            } while (cheapestRow > enough && ++tries < TRIES);
            if (cheapestRow > enough) {
                break;
            }
        }
        return true;
    }

    /** How long a batch of so many rows takes, or {@link #NOTHING} if the time is over or it fails. */
    private long nanosOf(int rows, long end) {
        if (ticker.nanos() - end >= 0) {
            return NOTHING;
        }
        try {
            long nanos = nanosOf(inputs.computeIfAbsent(rows, count -> TrialRows.zeros(signature, count)));
            everRan = true;
            return nanos;
        } catch (EngineRunException crash) {
            LOG.info("a model could not be warmed up with {} rows of zeros: {}", rows, crash.toString());
            failure = crash;
            return NOTHING;
        } catch (RuntimeException | OutOfMemoryError unsuited) {
            LOG.info("a model could not be warmed up with {} rows of zeros: {}", rows, unsuited.toString());
            return NOTHING;
        }
    }

    private long nanosOf(List<Tensor> batch) {
        device.begin();
        long start = ticker.nanos();
        try {
            model.run(batch, signature.outputNames());
            return ticker.nanos() - start;
        } finally {
            device.end(ticker.nanos() - start);
        }
    }

    /**
     * Why the engine could not run it, not even once; null if it could, or it was not tried, or zeros need not suit it: what
     * a text should be like, nobody knows.
     */
    @Nullable
    EngineRunException failure() {
        boolean readsText =
                signature.inputs().stream().anyMatch(input -> input.dataType().isVariableSize());
        return everRan || readsText ? null : failure;
    }

    /** Whether the engine could run it with zeros. */
    boolean everRan() {
        return everRan;
    }

    Signature signature() {
        return signature;
    }
}
