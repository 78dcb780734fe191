package dev.sluice.worker.repository;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelWish;
import dev.sluice.worker.contract.Rollout;
import dev.sluice.worker.contract.TrafficPlan;
import dev.sluice.worker.contract.VersionPolicy;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.function.Predicate;

/**
 * Which version of a model is stable and which one is tried beside it, as files and operators say.
 *
 * <p>Where the newest is to be tried, {@code latest} cannot say which one is stable, for it says the newest too. So the one
 * that is stable is remembered, and stays stable until its candidate is promoted or its files are gone. With nothing to go by
 * it is the one that serves, or at a start the one before the newest.
 *
 * @thread owned by the control thread; what is remembered is given and returned, and kept by others
 */
public final class Rollouts {

    private final Predicate<ModelId> ready;

    /** @param ready whether a version serves now */
    public Rollouts(Predicate<ModelId> ready) {
        this.ready = ready;
    }

    /** How that model's versions are tried: an operator's word counts for more than its file's. */
    public static TrafficConfig config(ModelFolder folder, ModelWish wish) {
        return wish.traffic().isEmpty() ? folder.traffic() : TrafficConfig.parse(wish.traffic());
    }

    /** An operator wants these served: they are not sent away any more, and what is newer has been passed over. */
    public static ModelWish choosing(ModelFolder folder, VersionPolicy policy, ModelWish wish) {
        if (!(policy instanceof VersionPolicy.Specific chosen)
                || !config(folder, wish).triesAny()) {
            return wish;
        }
        Map<Long, String> away = new HashMap<>(wish.rollout().rejected());
        away.keySet().removeAll(chosen.versions());
        long newest = Collections.max(chosen.versions());
        for (long newer : folder.versions().tailMap(newest, false).keySet()) {
            away.putIfAbsent(newer, "an operator chose " + chosen);
        }
        return wish.with(wish.rollout().with(newest, away));
    }

    /** What there is not, if nobody can be tried as that says, for people. */
    public static Optional<String> missing(ModelFolder folder, Map<String, Long> labels, TrafficConfig config) {
        if (!config.triesAny() || config.triesTheNewest()) {
            return Optional.empty();
        }
        Optional<Long> named = config.named(labels);
        if (named.filter(folder.versions()::containsKey).isPresent()) {
            return Optional.empty();
        }
        String what = named.map(version -> "version " + version)
                .orElseGet(() -> "label " + InferenceException.quoted(config.candidate()));
        return Optional.of("model " + InferenceException.quoted(folder.name()) + " has no " + what
                + "; it has the versions " + folder.versions().keySet() + " and the labels "
                + new TreeSet<>(labels.keySet()) + " (to_come is for one that is to come)");
    }

    /**
     * What follows from what is there and what was said.
     *
     * @param plan who answers those who leave the version open
     * @param rollout what is to be remembered of it
     */
    public record Planned(TrafficPlan plan, Rollout rollout) {}

    /**
     * Who answers those who leave the version open.
     *
     * @param labels other names of versions
     */
    public Planned plan(ModelFolder folder, Map<String, Long> labels, ModelWish wish) {
        TrafficConfig config = config(folder, wish);
        Rollout known = wish.rollout();
        if (!config.triesAny()) {
            return new Planned(TrafficPlan.NONE, config.isKnown() ? known.with(TrafficPlan.NOBODY, Map.of()) : known);
        }
        VersionPolicy policy = Selection.policy(folder, wish);
        NavigableSet<Long> present = folder.versions().navigableKeySet();
        Map<Long, String> away = new HashMap<>(known.rejected());
        away.keySet().retainAll(present);
        NavigableSet<Long> left = new TreeSet<>(present);
        left.removeAll(away.keySet());
        long candidate = config.triesTheNewest()
                ? present.last()
                : config.named(labels).filter(present::contains).orElse(TrafficPlan.NOBODY);
        NavigableSet<Long> others = config.triesTheNewest()
                ? upToStable(folder.name(), left, policy, known.stable())
                : without(candidate, left);
        NavigableSet<Long> serving = served(policy, others);
        if (serving.isEmpty()) { // nobody could stand beside it
            serving = served(policy, present);
            candidate = TrafficPlan.NOBODY;
        }
        if (serving.isEmpty()) {
            return new Planned(TrafficPlan.NONE, known.with(known.stable(), away));
        }
        long stable = serving.last();
        boolean tried = left.contains(candidate) && !(config.triesTheNewest() && candidate <= stable);
        TrafficPlan plan = new TrafficPlan(config.policy(), stable, tried ? candidate : TrafficPlan.NOBODY, away);
        return new Planned(plan, known.with(stable, away));
    }

    private static NavigableSet<Long> without(long candidate, NavigableSet<Long> left) {
        NavigableSet<Long> others = new TreeSet<>(left);
        others.remove(candidate);
        return others;
    }

    private NavigableSet<Long> upToStable(String name, NavigableSet<Long> left, VersionPolicy policy, long known) {
        boolean namesThem = policy instanceof VersionPolicy.Specific;
        return namesThem || left.isEmpty() ? left : left.headSet(lastStable(name, left, known), true);
    }

    private long lastStable(String name, NavigableSet<Long> left, long known) {
        if (known != TrafficPlan.NOBODY && left.floor(known) != null) {
            return known;
        }
        for (long version : left.descendingSet()) {
            if (ready.test(new ModelId(name, version))) {
                return version;
            }
        }
        Long before = left.lower(left.last());
        return before == null ? left.last() : before;
    }

    private static NavigableSet<Long> served(VersionPolicy policy, Set<Long> present) {
        return new TreeSet<>(policy.of(present, version -> false));
    }

    /** The versions that are to be in memory: those that are stable, and the one that is tried. */
    static Set<Long> versions(TrafficPlan plan, VersionPolicy policy, Set<Long> present, LongPredicate broken) {
        Set<Long> others = new TreeSet<>(present);
        others.removeIf(version -> !plan.isStable(version));
        Set<Long> wanted = new TreeSet<>(policy.of(others, broken));
        if (plan.candidate() != TrafficPlan.NOBODY) {
            wanted.add(plan.candidate());
        }
        return wanted;
    }
}
