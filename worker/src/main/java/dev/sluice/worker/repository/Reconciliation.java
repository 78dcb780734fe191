package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done so that what is served becomes what is wanted.
 *
 * <p>A version that is not wanted any more goes on serving until another of its model is ready in its place: one that
 * cannot be loaded costs nobody anything. A version that failed, or is asleep, is left alone until its files change.
 *
 * @thread any; holds nothing
 */
public final class Reconciliation {

    private Reconciliation() {}

    /** One thing to do. */
    public sealed interface Step {

        ModelId model();

        /** Read it, warm it up, and let it take requests. */
        record Load(ModelLocation location) implements Step {
            @Override
            public ModelId model() {
                return location.model();
            }
        }

        /** The same for a version that serves already, from files that have changed; then it takes its own place. */
        record Replace(ModelLocation location) implements Step {
            @Override
            public ModelId model() {
                return location.model();
            }
        }

        /** Let it finish what it has, and free its memory. */
        record Drain(ModelId model) implements Step {}

        /** Nobody wants it, and it does not serve. */
        record Forget(ModelId model) implements Step {}
    }

    /**
     * How a version stands.
     *
     * @param tried its files when they were read last
     * @param replacing whether it serves while its changed files are read
     */
    public record Standing(ModelState state, Fingerprint tried, boolean replacing) {

        boolean isOnItsWay() {
            return state == ModelState.LOADING || state == ModelState.WARMING;
        }
    }

    /** In no order that matters; each can be begun at once, and when one is over there may be others to do. */
    public static List<Step> steps(Map<ModelId, ModelLocation> wanted, Map<ModelId, Standing> standing) {
        List<Step> steps = new ArrayList<>();
        wanted.values().forEach(location -> towards(location, standing.get(location.model()), steps));
        standing.forEach((model, how) -> {
            if (!wanted.containsKey(model)) {
                away(model, how, wanted, standing, steps);
            }
        });
        return steps;
    }

    private static void towards(ModelLocation location, @Nullable Standing now, List<Step> steps) {
        if (now == null || now.state() == ModelState.UNLOADED) {
            steps.add(new Step.Load(location));
        } else if (!now.replacing() && !now.tried().equals(location.fingerprint())) {
            if (now.state() == ModelState.FAILED || now.state() == ModelState.ASLEEP) {
                steps.add(new Step.Load(location));
            } else if (now.state() == ModelState.READY) {
                steps.add(new Step.Replace(location));
            }
        }
    }

    private static void away(
            ModelId model,
            Standing now,
            Map<ModelId, ModelLocation> wanted,
            Map<ModelId, Standing> standing,
            List<Step> steps) {
        if (now.replacing()) {
            return; // it is looked at again when that is over, whatever it has come to
        }
        switch (now.state()) {
            case FAILED, UNLOADED -> steps.add(new Step.Forget(model));
            case READY, ASLEEP -> {
                if (isStoodInFor(model.name(), wanted, standing)) {
                    steps.add(now.state() == ModelState.READY ? new Step.Drain(model) : new Step.Forget(model));
                }
            }
            case LOADING, WARMING, DRAINING -> {} // it is looked at again when that is over
        }
    }

    /** Whether nothing of that model is wanted, or all that is wanted has had its try and some of it is ready. */
    private static boolean isStoodInFor(
            String name, Map<ModelId, ModelLocation> wanted, Map<ModelId, Standing> standing) {
        List<ModelId> others = wanted.keySet().stream()
                .filter(other -> other.name().equals(name))
                .toList();
        boolean anyReady = false;
        for (ModelId other : others) {
            Standing how = standing.get(other);
            if (how == null || how.state() == ModelState.UNLOADED || how.isOnItsWay()) {
                return false;
            }
            anyReady |= how.state() == ModelState.READY || how.state() == ModelState.ASLEEP;
        }
        return others.isEmpty() || anyReady;
    }
}
