package dev.sluice.worker.batch;

import dev.sluice.worker.contract.BatchListener;

/**
 * How one model's requests are batched.
 *
 * @param maxQueueRequests longest queue, in requests; one more is refused
 * @param listener hears of every batch
 */
public record BatcherOptions(BatchPolicy policy, int maxQueueRequests, BatchListener listener) {}
