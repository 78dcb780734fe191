package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.wire.InferCall;
import dev.sluice.loadtest.wire.Target;

/**
 * What users with a WebSocket each do together.
 *
 * @param perSecond requests of all users together
 * @param seconds that each user stays
 * @param share of the bursts that is enough to pass
 */
record SimulatedStreams(
        Target target, InferCall call, long patienceNanos, int users, double perSecond, double seconds, double share)
        implements SimulationPlan {

    private static final double OPENING = 0.2;

    @Override
    public Class<StreamSimulation> handOver() {
        StreamSimulation.hand(this);
        return StreamSimulation.class;
    }

    /** In which the users come, one after the other; whole ones, for Gatling ends at once if there is none. */
    long openingSeconds() {
        return Math.max(1, Math.round(OPENING * seconds));
    }

    /** How often each user sends a burst of that many. */
    double burstEverySeconds(int requests) {
        return users * requests / perSecond;
    }

    /** Bursts of that many that are enough to pass; each user sends one as soon as it is there. */
    double leastBursts(int requests) {
        return Math.ceil(share * users * Math.max(1, Math.floor(seconds / burstEverySeconds(requests))));
    }
}
