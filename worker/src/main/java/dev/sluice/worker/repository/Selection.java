package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.VersionPolicy;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * Which of the models and versions in a repository are wanted in memory, as its files and operators say.
 *
 * @thread owned by the control thread
 */
public final class Selection {

    private final boolean untilTold;
    private final Set<String> named;
    private final Function<String, ModelWish> wishes;

    /**
     * @param untilTold whether a model is wanted of which nobody has said anything
     * @param named those that are wanted in that case, whatever the others are
     * @param wishes what operators want of a model now
     */
    public Selection(boolean untilTold, List<String> named, Function<String, ModelWish> wishes) {
        this.untilTold = untilTold;
        this.named = new HashSet<>(named);
        this.wishes = wishes;
    }

    /** Those as well. */
    public void nameAlso(Set<String> names) {
        named.addAll(names);
    }

    /** Whether any of its versions is to be in memory. */
    public boolean isWanted(String name) {
        return switch (wishes.apply(name).memory()) {
            case LOADED -> true;
            case UNLOADED -> false;
            case UNSAID -> untilTold || named.contains(name);
        };
    }

    /** Which of its versions are to be served. */
    public VersionPolicy policy(ModelFolder folder) {
        return policy(folder, wishes.apply(folder.name()));
    }

    /** Which of its versions are to be served; what an operator said counts as long as any of them is there. */
    public static VersionPolicy policy(ModelFolder folder, ModelWish wish) {
        List<String> said = wish.versions();
        if (said.isEmpty()) {
            return folder.policy();
        }
        VersionPolicy pinned = VersionPolicy.parse(said);
        boolean any = !pinned.of(folder.versions().keySet(), version -> false).isEmpty();
        return any ? pinned : folder.policy();
    }

    /**
     * All that there is, each with the reason why it is not wanted, for people; an empty one where it is.
     *
     * @param plans by model, for those of which a version is tried
     */
    public Map<ModelId, String> reasons(List<ModelFolder> repository, Map<String, TrafficPlan> plans) {
        Map<ModelId, String> reasons = new LinkedHashMap<>();
        for (ModelFolder folder : repository) {
            TrafficPlan plan = plans.getOrDefault(folder.name(), TrafficPlan.NONE);
            LongFunction<String> reason = isWanted(folder.name()) ? reason(folder, plan) : unasked(folder.name());
            folder.versions()
                    .keySet()
                    .forEach(version -> reasons.put(new ModelId(folder.name(), version), reason.apply(version)));
        }
        return reasons;
    }

    private LongFunction<String> unasked(String name) {
        String reason = wishes.apply(name).memory() == ModelWish.Memory.UNLOADED
                ? "an operator has unloaded the model"
                : "worker.control.mode is explicit, and nobody has asked for the model";
        return version -> reason;
    }

    private LongFunction<String> reason(ModelFolder folder, TrafficPlan plan) {
        VersionPolicy policy = policy(folder);
        Set<Long> versions = Rollouts.versions(plan, policy, folder.versions().keySet(), none -> false);
        String whose = policy.equals(folder.policy()) ? "as its files say, or by default" : "as an operator has said";
        return version -> {
            if (plan.rejected().containsKey(version)) {
                return "it has been sent away: " + plan.rejected().get(version);
            }
            if (version != plan.candidate() && !plan.isStable(version)) {
                return "it is neither the stable version nor the one on trial";
            }
            return versions.contains(version) ? "" : "versions to be served: " + policy + ", " + whose;
        };
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
            if (isWanted(folder.name())) {
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
