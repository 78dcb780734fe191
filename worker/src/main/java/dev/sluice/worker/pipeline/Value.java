package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A tensor between the stages.
 *
 * @param rows what its rows are of those that its stage could have run; null for all of them
 * @thread immutable
 */
record Value(Tensor tensor, @Nullable Rows rows) {

    /** All rows that there could be, whether it has them or not. */
    long ofRows() {
        return rows == null ? tensor.rows() : rows.of();
    }
}
