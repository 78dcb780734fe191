package dev.sluice.worker;

import dev.sluice.worker.batch.RaggedAxes;
import dev.sluice.worker.contract.InstanceListener;
import dev.sluice.worker.engine.Placement;

/**
 * What the instances of one group are like.
 *
 * @param group its name
 * @param instances how many there are to begin with; when more than as many were given up, and hold their threads still, none is replaced
 * @param maxBatchRows rows that their memory has room for
 * @param batchMemoryBytes most direct memory that each keeps
 * @param ragged axes along which they pad
 */
record InstanceOptions(
        String group,
        int instances,
        int maxBatchRows,
        long batchMemoryBytes,
        RaggedAxes ragged,
        InstanceListener listener) {

    /** Of a model whose requests share a batch only with those of equal shapes. */
    InstanceOptions(int instances, int maxBatchRows, long batchMemoryBytes, InstanceListener listener) {
        this(Placement.CPU_DEVICE, instances, maxBatchRows, batchMemoryBytes, RaggedAxes.NONE, listener);
    }
}
