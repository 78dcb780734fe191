package dev.sluice.worker;

import dev.sluice.worker.engine.ModelInstance;

/**
 * A deployed instance, as others see it.
 *
 * @param address where the event bus takes batches for it
 * @param deployment what Vert.x calls it
 * @param engine its own, but for {@link ModelInstance#terminate}
 */
record Instance(String address, String deployment, ModelInstance engine) {}
