package dev.sluice.loadtest.scenario;

import dev.sluice.loadtest.load.Traffic;
import java.io.IOException;
import java.util.List;

/**
 * What a scenario sends in a run of some length.
 *
 * @thread the main thread
 */
@FunctionalInterface
interface TrafficPlan {

    /** Planned anew, with the same seed. */
    List<Traffic> during(long nanos) throws IOException;
}
