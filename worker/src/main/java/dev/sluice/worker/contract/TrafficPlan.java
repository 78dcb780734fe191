package dev.sluice.worker.contract;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which versions of a model answer those who leave the version open.
 *
 * @param policy null where there is none; then the newest version answers
 * @param stable the newest version that may
 * @param candidate the version that is tried beside it; {@link #NOBODY} for none
 * @param rejected by version, why it has been sent away
 * @thread immutable
 */
public record TrafficPlan(@Nullable TrafficPolicy policy, long stable, long candidate, Map<Long, String> rejected) {

    public static final long NOBODY = 0;

    /** Of a model that has no policy. */
    public static final TrafficPlan NONE = new TrafficPlan(null, Long.MAX_VALUE, NOBODY, Map.of());

    public TrafficPlan {
        rejected = Map.copyOf(rejected);
    }

    /** Whether that version answers whoever is not drawn for the candidate; a newer one is still to be tried. */
    public boolean isStable(long version) {
        return version <= stable && version != candidate && !rejected.containsKey(version);
    }
}
