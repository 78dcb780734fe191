package dev.sluice.worker;

import dev.sluice.worker.batch.LatencyPoint;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.engine.ModelInstance;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a model before it takes requests, with batches of 1, 2, 4 ... rows of zeros, and notes how long each took.
 *
 * <p>The first run of each size is slow, for memory is allocated and kernels are chosen; better that no client waits for
 * it. Sizes grow as long as a larger batch still makes the single row cheaper, so that a heavy model that gains nothing
 * is left alone after two of them. Then all sizes run in turn, several times, so that a slow spell of the machine hits
 * all alike.
 *
 * @thread the control thread that loads the model
 * @bound the time budget, overrun by one run at most
 * @errors none: a model that zeros do not suit, or whose shapes are open beyond the rows, starts without a profile
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger(WarmUp.class);

    private static final int ROUNDS = 5;

    /** Another doubling is worth it while it makes a row cheaper by that share. */
    private static final double GAIN = 0.03;

    private final ModelInstance model;
    private final Signature signature;
    private final Ticker ticker;

    WarmUp(ModelInstance model, Signature signature, Ticker ticker) {
        this.model = model;
        this.signature = signature;
        this.ticker = ticker;
    }

    /** Whether batches of several sizes are measured, or only the one size that the model has. */
    boolean variesRows() {
        return signature.batched();
    }

    /** What was measured, in the order of measuring; nothing where nothing could be. */
    List<LatencyPoint> run(int maxBatchRows, Duration budget) {
        List<LatencyPoint> measured = new ArrayList<>();
        if (budget.isZero() || !signature.inputs().stream().allMatch(this::isKnownBeyondRows)) {
            return measured;
        }
        long end = ticker.nanos() + budget.toNanos();
        try {
            List<Integer> sizes = usefulSizes(signature.batched() ? maxBatchRows : 1, end);
            for (int round = 0; round < ROUNDS; round++) {
                for (int rows : sizes) {
                    if (ticker.nanos() - end >= 0) {
                        return measured;
                    }
                    measured.add(new LatencyPoint(rows, nanosOf(inputs(rows))));
                }
            }
        } catch (RuntimeException unsuited) {
            LOG.info("a model could not be warmed up with zeros: {}", unsuited.getMessage());
        }
        return measured;
    }

    /** Runs each size that was measured on an earlier occasion once more, to have the slow first run of it over. */
    void repeat(List<LatencyPoint> measured, Duration budget) {
        long end = ticker.nanos() + budget.toNanos();
        try {
            for (int rows : measured.stream().map(LatencyPoint::rows).distinct().toList()) {
                if (ticker.nanos() - end < 0) {
                    nanosOf(inputs(rows));
                }
            }
        } catch (RuntimeException unsuited) {
            LOG.info("a model could not be warmed up with zeros: {}", unsuited.getMessage());
        }
    }

    private List<Integer> usefulSizes(int maxBatchRows, long end) {
        List<Integer> sizes = new ArrayList<>();
        double cheapestRow = Double.POSITIVE_INFINITY;
        for (long rows = 1; rows <= maxBatchRows && ticker.nanos() - end < 0; rows *= 2) {
            List<Tensor> inputs = inputs((int) rows);
            nanosOf(inputs);
            double rowNanos = (double) nanosOf(inputs) / rows;
            sizes.add((int) rows);
            if (rowNanos > cheapestRow * (1 - GAIN)) {
                break;
            }
            cheapestRow = rowNanos;
        }
        return sizes;
    }

    private long nanosOf(List<Tensor> inputs) {
        long start = ticker.nanos();
        model.run(inputs, signature.outputNames());
        return ticker.nanos() - start;
    }

    private boolean isKnownBeyondRows(TensorSpec input) {
        for (int axis = signature.batched() ? 1 : 0; axis < input.shape().rank(); axis++) {
            if (input.shape().dimension(axis) < 0 && !input.optional()) {
                return false;
            }
        }
        return true;
    }

    /** Zeros; as BYTES those are empty strings, each no more than its length prefix. */
    private List<Tensor> inputs(int rows) {
        List<Tensor> inputs = new ArrayList<>();
        for (TensorSpec input : signature.inputs()) {
            if (!input.optional()) {
                Shape shape = signature.batched() ? input.shape().withRows(rows) : input.shape();
                int elementBytes = input.dataType().isVariableSize()
                        ? DataType.LENGTH_PREFIX_BYTES
                        : input.dataType().elementBytes();
                int bytes = Math.toIntExact(Math.multiplyExact(shape.elementCount(), elementBytes));
                ByteBuffer zeros = ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
                inputs.add(new Tensor(input.name(), input.dataType(), shape, zeros));
            }
        }
        return inputs;
    }
}
