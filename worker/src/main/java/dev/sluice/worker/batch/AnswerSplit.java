package dev.sluice.worker.batch;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts the answers to batches apart, as long as the model's can be.
 *
 * <p>Where axis 0 does not count rows, or lengths are not those of the ragged inputs, which the first batch of several
 * shows, none is to be made any more.
 *
 * @thread owned by the batcher loop
 */
final class AnswerSplit {

    private static final Logger LOG = LoggerFactory.getLogger(AnswerSplit.class);

    private final ModelId model;
    private final OutputTrim trim;
    private boolean axisCountsRows = true;

    AnswerSplit(ModelId model, RaggedAxes ragged) {
        this.model = model;
        this.trim = new OutputTrim(ragged);
    }

    /** Whether requests may share a batch, as far as is known. */
    boolean axisCountsRows() {
        return axisCountsRows;
    }

    /** Whether each member can have its own part of that; takes note if not. */
    boolean canCut(Batch batch, List<Tensor> outputs) {
        boolean canCut = batch.size() == 1 || (BatchSplit.fits(outputs, batch.rows()) && trim.fits(batch, outputs));
        if (!canCut && axisCountsRows) {
            axisCountsRows = false;
            LOG.warn(
                    "model {} answered a batch with {}: axis 0 does not count rows, or not all lengths are those of the"
                            + " ragged inputs, so it serves one request at a time from now on (set batching: off in its"
                            + " model.yaml)",
                    model,
                    outputs);
        }
        return canCut;
    }

    /** What each member gets. */
    List<List<Tensor>> apart(Batch batch, List<Tensor> outputs) {
        return batch.size() == 1 ? List.of(outputs) : trim.apart(outputs, batch);
    }
}
