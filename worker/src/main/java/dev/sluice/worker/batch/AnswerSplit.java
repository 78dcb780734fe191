package dev.sluice.worker.batch;

import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.function.Consumer;

/**
 * Cuts the answers to batches apart, as long as the model's can be.
 *
 * <p>Where axis 0 does not count rows, or lengths are not those of the ragged inputs, which the first batch of several
 * shows, none is to be made any more.
 *
 * @thread owned by the batcher loop; pure
 */
final class AnswerSplit {

    private final OutputTrim trim;
    private final Consumer<List<Tensor>> whenStopped;
    private boolean axisCountsRows = true;

    /** @param whenStopped told of the first outputs that cannot be cut, after which none should be asked for */
    AnswerSplit(RaggedAxes ragged, Consumer<List<Tensor>> whenStopped) {
        this.trim = new OutputTrim(ragged);
        this.whenStopped = whenStopped;
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
            whenStopped.accept(outputs);
        }
        return canCut;
    }

    /** What each member gets. */
    List<List<Tensor>> apart(Batch batch, List<Tensor> outputs) {
        return batch.size() == 1 ? List.of(outputs) : trim.apart(outputs, batch);
    }
}
