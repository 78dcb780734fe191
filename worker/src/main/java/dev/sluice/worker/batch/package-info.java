/**
 * Packs the requests of many clients into batches for one model.
 *
 * <p>{@link dev.sluice.worker.batch.BatchPolicy} decides, and is pure: it sees the queue, the idle instances and the
 * time, and answers flush or wait. {@link dev.sluice.worker.batch.Batcher} owns the queue and does what the policy
 * says; everything in it runs on one event loop, the batcher loop of its model, so it has plain fields and no locks.
 * {@link dev.sluice.worker.batch.BatchQueue} knows who is next: levels, clients, shapes.
 * {@link dev.sluice.worker.batch.BatchGather} and {@link dev.sluice.worker.batch.BatchSplit} join rows before the engine
 * call and cut them apart after it.
 *
 * <p>Read {@link dev.sluice.worker.batch.Batcher} first.
 */
@NullMarked
package dev.sluice.worker.batch;

import org.jspecify.annotations.NullMarked;
