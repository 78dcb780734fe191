package dev.sluice.loadtest.scenario;

import io.gatling.javaapi.core.Simulation;

/**
 * What a simulation is to do.
 *
 * @thread the main thread
 */
sealed interface SimulationPlan permits Simulated, SimulatedStreams {

    /** Leaves this where the simulation of that class will look for it, for Gatling makes simulations itself. */
    Class<? extends Simulation> handOver();
}
