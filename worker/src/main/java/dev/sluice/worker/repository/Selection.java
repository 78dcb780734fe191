package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.TrafficPlan;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which of the models and versions in a repository are wanted in memory, as its files and operators say.
 *
 * @thread owned by the control thread
 */
public final class Selection {

    private final boolean untilTold;
    private final Map<String, Boolean> told = new HashMap<>();
    private final Map<String, VersionPolicy> pinned = new HashMap<>();

    /**
     * @param untilTold whether a model is wanted of which nobody has said anything
     * @param named those that are wanted from the beginning in any case
     */
    public Selection(boolean untilTold, List<String> named) {
        this.untilTold = untilTold;
        named.forEach(name -> told.put(name, true));
    }

    /** From now on that model is wanted, whatever was said before. */
    public void load(String name) {
        told.put(name, true);
    }

    /** From now on none of its versions is. */
    public void unload(String name) {
        told.put(name, false);
    }

    /** These versions of it are to be served, whatever its model.yaml says. */
    public void pin(String name, VersionPolicy policy) {
        pinned.put(name, policy);
    }

    /** Its model.yaml says which. */
    public void unpin(String name) {
        pinned.remove(name);
    }

    /** Which of its versions are to be served; what an operator said counts as long as any of them is there. */
    public VersionPolicy policy(ModelFolder folder) {
        VersionPolicy said = pinned.get(folder.name());
        boolean any = said != null
                && !said.of(folder.versions().keySet(), version -> false).isEmpty();
        return said != null && any ? said : folder.policy();
    }

    /** What an operator said of its versions; null if nobody did. */
    public @Nullable VersionPolicy pinned(String name) {
        return pinned.get(name);
    }

    /**
     * What is wanted of what there is.
     *
     * @param plans by model, for those of which a version is tried
     * @param broken whether a version has failed
     */
    public Map<ModelId, ModelLocation> of(
            List<ModelFolder> repository, Map<String, TrafficPlan> plans, Predicate<ModelId> broken) {
        Map<ModelId, ModelLocation> wanted = new LinkedHashMap<>();
        for (ModelFolder folder : repository) {
            if (told.getOrDefault(folder.name(), untilTold)) {
                Set<Long> versions = Rollouts.versions(
                        plans.getOrDefault(folder.name(), TrafficPlan.NONE),
                        policy(folder),
                        folder.versions().keySet(),
                        version -> broken.test(new ModelId(folder.name(), version)));
                for (long version : new TreeSet<>(versions).descendingSet()) {
                    ModelLocation location = folder.location(version);
                    wanted.put(location.model(), location);
                }
            }
        }
        return wanted;
    }
}
