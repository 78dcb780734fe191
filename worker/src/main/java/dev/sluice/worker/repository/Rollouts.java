package dev.sluice.worker.repository;

import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.TrafficPlan;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which version of each model is stable and which one is tried beside it, as files and operators say.
 *
 * <p>Where the newest is to be tried, {@code latest} cannot say which one is stable, for it says the newest too. So the one
 * that is stable stays stable until its candidate is promoted or its files are gone. At the start, with nothing to go by, it
 * is the one before the newest: a version that was on trial when the process ended goes on being tried.
 *
 * @thread owned by the control thread
 * @bound as much for each model as operators and trials have said of it; a model whose files have gone may come back, and
 *     neither what was said nor who was sent away is forgotten meanwhile
 */
public final class Rollouts {

    private final Predicate<ModelId> ready;
    private final Map<String, TrafficConfig> byOperators = new HashMap<>();
    private final Map<String, Long> stable = new HashMap<>();
    private final Map<String, Map<Long, String>> rejected = new HashMap<>();

    /** @param ready whether a version serves now */
    public Rollouts(Predicate<ModelId> ready) {
        this.ready = ready;
    }

    /** An operator says how that model's versions are tried; what had been sent away has another chance. */
    public void set(String name, @Nullable TrafficConfig config) {
        rejected.remove(name);
        set(byOperators, name, config);
    }

    /**
     * What is known of a model besides its files.
     *
     * @param config what an operator said; null if nobody did
     * @param stable null if that has not been asked yet
     * @param rejected which versions have been sent away, and why
     */
    public record Known(
            @Nullable TrafficConfig config, @Nullable Long stable, Map<Long, String> rejected) {}

    /** As it is now. */
    public Known known(String name) {
        return new Known(byOperators.get(name), stable.get(name), rejected(name));
    }

    /** Undoes what was done between these two, and nothing that was done since. */
    public void takeBack(String name, Known before, Known after) {
        if (Objects.equals(byOperators.get(name), after.config())) {
            set(byOperators, name, before.config());
        }
        set(stable, name, before.stable());
        Map<Long, String> away = rejected.computeIfAbsent(name, first -> new HashMap<>());
        after.rejected().forEach((version, reason) -> {
            if (!before.rejected().containsKey(version)) {
                away.remove(version, reason);
            }
        });
        before.rejected().forEach((version, reason) -> {
            if (!after.rejected().containsKey(version)) {
                away.putIfAbsent(version, reason);
            }
        });
    }

    private static <T> void set(Map<String, T> map, String name, @Nullable T value) {
        if (value == null) {
            map.remove(name);
        } else {
            map.put(name, value);
        }
    }

    /** That version is not tried any more. */
    public void reject(ModelId model, String reason) {
        rejected.computeIfAbsent(model.name(), first -> new HashMap<>()).put(model.version(), reason);
    }

    /** Which have been sent away, and why. */
    public Map<Long, String> rejected(String name) {
        return Map.copyOf(rejected.getOrDefault(name, Map.of()));
    }

    /** An operator wants these served: they are not sent away any more, and what is newer has been passed over. */
    public void choose(ModelFolder folder, VersionPolicy.Specific chosen) {
        Map<Long, String> away = rejected.computeIfAbsent(folder.name(), first -> new HashMap<>());
        away.keySet().removeAll(chosen.versions());
        for (long newer : folder.versions()
                .tailMap(Collections.max(chosen.versions()), false)
                .keySet()) {
            away.putIfAbsent(newer, "an operator chose " + chosen);
        }
    }

    /**
     * Who answers those who leave the version open.
     *
     * @param policy which versions would be served if none were on trial
     * @param labels other names of versions
     */
    public TrafficPlan plan(ModelFolder folder, VersionPolicy policy, Map<String, Long> labels) {
        TrafficConfig config = byOperators.getOrDefault(folder.name(), folder.traffic());
        if (!config.triesAny()) {
            stable.remove(folder.name());
            rejected.remove(folder.name());
            return TrafficPlan.NONE;
        }
        NavigableSet<Long> present = folder.versions().navigableKeySet();
        Map<Long, String> away = rejected.getOrDefault(folder.name(), new HashMap<>());
        away.keySet().retainAll(present);
        NavigableSet<Long> left = new TreeSet<>(present);
        left.removeAll(away.keySet());
        long candidate = config.triesTheNewest()
                ? present.last()
                : config.named(labels).filter(present::contains).orElse(TrafficPlan.NOBODY);
        NavigableSet<Long> others = others(folder.name(), left, policy, config.triesTheNewest(), candidate);
        NavigableSet<Long> serving = served(policy, others);
        if (serving.isEmpty()) { // nobody could stand beside it
            serving = served(policy, present);
            candidate = TrafficPlan.NOBODY;
        }
        if (serving.isEmpty()) {
            return TrafficPlan.NONE;
        }
        stable.put(folder.name(), serving.last());
        boolean tried = left.contains(candidate) && !(config.triesTheNewest() && candidate <= serving.last());
        return new TrafficPlan(config.policy(), serving.last(), tried ? candidate : TrafficPlan.NOBODY, away);
    }

    /** Those of which some are stable. */
    private NavigableSet<Long> others(
            String name, NavigableSet<Long> left, VersionPolicy policy, boolean newest, long candidate) {
        boolean namesThem = policy instanceof VersionPolicy.Specific;
        if (!newest) {
            NavigableSet<Long> others = new TreeSet<>(left);
            others.remove(candidate);
            return others;
        }
        return namesThem || left.isEmpty() ? left : left.headSet(lastStable(name, left), true);
    }

    private long lastStable(String name, NavigableSet<Long> left) {
        Long known = stable.get(name);
        if (known != null && left.floor(known) != null) {
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
