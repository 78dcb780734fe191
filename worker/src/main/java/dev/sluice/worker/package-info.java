/**
 * The worker side: models, their batchers and the threads that run them.
 *
 * <p>{@link dev.sluice.worker.ModelControl} decides which versions are to be in memory, {@link
 * dev.sluice.worker.ModelKeeper} keeps them so, and {@link dev.sluice.worker.ModelLoader} loads each and deploys one
 * {@link dev.sluice.worker.BatcherVerticle} (an event loop that owns the queue) and one
 * {@link dev.sluice.worker.WorkerVerticle} for each instance (a thread that calls the engine). Batcher and instances
 * talk over the event bus: {@link dev.sluice.worker.InstanceGroup} sends a batch and gets its result, which is the second
 * of the two crossings of the data path. The first, from the gateway, ends in BatcherVerticle.
 *
 * <p>Read {@link dev.sluice.worker.Worker} first.
 */
@NullMarked
package dev.sluice.worker;

import org.jspecify.annotations.NullMarked;
