/**
 * Packs the requests of many clients into batches for one model.
 *
 * <p>{@link dev.sluice.worker.batch.Batcher} owns the queue and the running batches; everything in it runs on one event
 * loop, the batcher loop of its model, so it has plain fields and no locks. What it decides with is pure:
 * {@link dev.sluice.worker.batch.BatchPolicy} says when a batch leaves and how large it may be, {@code BatchFormation}
 * who is in it and who is given up, both from what {@link dev.sluice.worker.batch.LatencyModel} has learnt.
 * {@link dev.sluice.worker.batch.BatchQueue} knows who is next: levels, clients, shapes.
 * {@link dev.sluice.worker.batch.BatchGather} and {@link dev.sluice.worker.batch.BatchSplit} join rows before the engine
 * call and cut them apart after it; {@code Suspects} has those whose batch has failed and who run again.
 * {@link dev.sluice.worker.batch.DeviceTurns} says which model may run: the one class here that several loops share.
 * {@code docs/batching.md} has all this in plain words.
 *
 * <p>Read {@link dev.sluice.worker.batch.Batcher} first.
 */
@NullMarked
package dev.sluice.worker.batch;

import org.jspecify.annotations.NullMarked;
