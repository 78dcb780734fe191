package dev.sluice.gateway.traffic;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Ticker;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.TrafficPolicy;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Of which models a version is on trial now, as far as the workers have reported.
 *
 * <p>There is a {@link Split} as long as both versions serve and take and give the same; without one the stable version
 * answers, so nobody fails for a candidate that is not there. A trial goes on while its version, as it was loaded, and its
 * policy are the same, though one of both may not serve for a while.
 *
 * @thread written by the one consumer of reports, read from any: each change makes a new map, which is published whole
 */
public final class Traffic {

    private final ModelDirectory models;
    private final Ticker ticker;
    private final TrafficListener listener;
    private volatile Map<String, Split> splits = Map.of();
    private volatile Map<String, Trial> trials = Map.of();

    /** Follows what is reported to that directory. */
    public Traffic(ModelDirectory models, Ticker ticker, TrafficListener listener) {
        this.models = models;
        this.listener = listener;
        this.ticker = ticker;
        models.whenChanged(this::changed);
    }

    /** How the requests to that model are divided that leave the version open; null if they are not. */
    public @Nullable Split split(String name) {
        return splits.get(name);
    }

    public TrafficListener listener() {
        return listener;
    }

    /** Of all models. */
    public Collection<Split> splits() {
        return splits.values();
    }

    /** What is tried now, whether or not anything can be sent its way. */
    public Collection<Trial> trials() {
        return trials.values();
    }

    private void changed(String name) {
        TrafficPlan plan = models.plan(name);
        TrafficPolicy policy = plan.policy();
        if (policy == null && !trials.containsKey(name)) {
            return; // as with most models
        }
        @Nullable ModelEndpoint stable = policy == null ? null : serving(name, plan.stable());
        @Nullable ModelEndpoint candidate = policy == null ? null : candidate(name, plan.candidate());
        @Nullable Trial known = trials.get(name);
        Map<String, Split> nextSplits = new HashMap<>(splits);
        Map<String, Trial> nextTrials = new HashMap<>(trials);
        nextSplits.remove(name);
        nextTrials.remove(name);
        if (policy != null && stable != null && candidate != null && !stable.equals(candidate)) {
            boolean fits = candidate.fits(stable);
            Trial trial = trial(name, candidate, policy, fits ? null : misfit(stable, candidate));
            nextTrials.put(name, trial);
            if (fits) {
                nextSplits.put(name, new Split(stable, candidate, policy, trial));
            }
        } else if (policy != null && known != null && known.isOf(plan.candidate(), policy)) {
            nextTrials.put(name, known); // what has been counted is not undone by who cannot serve for a moment
        }
        trials = nextTrials;
        splits = nextSplits;
    }

    private Trial trial(String name, ModelEndpoint candidate, TrafficPolicy policy, @Nullable String misfit) {
        Trial known = trials.get(name);
        if (known != null && known.isOf(candidate, policy, misfit)) {
            return known;
        }
        listener.begins(candidate.model());
        return new Trial(candidate, policy, misfit, ticker.nanos());
    }

    private static String misfit(ModelEndpoint stable, ModelEndpoint candidate) {
        return "it has " + candidate.description().signature() + ", and version "
                + stable.model().version() + " has " + stable.description().signature();
    }

    private @Nullable ModelEndpoint serving(String name, long stable) {
        try {
            ModelEndpoint newest = models.newest(name);
            return newest.model().version() <= stable ? newest : null;
        } catch (InferenceException nobody) {
            return null;
        }
    }

    private @Nullable ModelEndpoint candidate(String name, long version) {
        try {
            return version == TrafficPlan.NOBODY ? null : models.version(name, version);
        } catch (InferenceException notReady) {
            return null;
        }
    }
}
