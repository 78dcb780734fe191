package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.wire.Target;
import java.util.List;

/**
 * What a simulation sends, and what is expected of it.
 *
 * @param expected answers in time at the least, of all loads together; 0 for none
 */
record Simulated(Target target, long deadlineNanos, long patienceNanos, List<SimulatedLoad> loads, double expected)
        implements SimulationPlan {

    @Override
    public Class<GatewaySimulation> handOver() {
        GatewaySimulation.hand(this);
        return GatewaySimulation.class;
    }
}
