package dev.sluice.worker;

import dev.sluice.worker.contract.InstanceListener;

/**
 * What the instances of one model are like.
 *
 * @param instances how many there are; as many may be given up, and hold their threads still, before the model fails
 * @param maxBatchRows rows that their memory has room for
 * @param batchMemoryBytes most direct memory that each keeps
 */
record InstanceOptions(int instances, int maxBatchRows, long batchMemoryBytes, InstanceListener listener) {}
