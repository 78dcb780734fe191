package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.load.Retries;
import dev.sluice.loadtest.wire.InferCall;
import java.util.List;

/**
 * One kind of user of a simulation.
 *
 * @param expected answers in time at the least, for the simulation to pass; 0 for none
 */
record SimulatedLoad(String name, InferCall call, Retries retries, List<Stage> stages, double expected) {

    SimulatedLoad unjudged() {
        return new SimulatedLoad(name, call, retries, stages, 0);
    }

    SimulatedLoad retrying(Retries how) {
        return new SimulatedLoad(name, call, how, stages, expected);
    }
}
