package dev.sluice.worker.contract;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What operators want of one model, beyond what its files say, and what has become of its versions meanwhile.
 *
 * @param name the model
 * @param versions which of its versions are to be served, as in a model.yaml; empty for what that says
 * @param instances worker threads of each version in each group; 0 for what its files or the settings say
 * @param groupInstances the same for some groups, by their names
 * @param labels by label, the version it is to point to; 0 for none, whatever model.yaml says
 * @param traffic how its versions are tried, as the section of a model.yaml; empty for what that says
 * @param rollout what is remembered of its versions
 * @param sources by version, where it is to come from
 */
public record ModelWish(
        String name,
        Memory memory,
        List<String> versions,
        int instances,
        Map<String, Integer> groupInstances,
        Map<String, Long> labels,
        String traffic,
        Rollout rollout,
        Map<Long, ModelSource> sources) {

    /** Whether the model is to be in memory. */
    public enum Memory {
        /** As the settings say. */
        UNSAID,
        LOADED,
        UNLOADED
    }

    public ModelWish {
        versions = List.copyOf(versions);
        groupInstances = Map.copyOf(groupInstances);
        labels = Map.copyOf(labels);
        sources = Map.copyOf(sources);
    }

    /** Of a model of which nobody has said anything. */
    public static ModelWish none(String name) {
        return new ModelWish(name, Memory.UNSAID, List.of(), 0, Map.of(), Map.of(), "", Rollout.NONE, Map.of());
    }

    public ModelWish with(Memory next) {
        return new ModelWish(name, next, versions, instances, groupInstances, labels, traffic, rollout, sources);
    }

    /** @param next as in a model.yaml; empty for what that says */
    public ModelWish serving(List<String> next) {
        return new ModelWish(name, memory, next, instances, groupInstances, labels, traffic, rollout, sources);
    }

    /** @param version 0 for none, whatever model.yaml says */
    public ModelWish labelled(String label, long version) {
        Map<String, Long> next = new HashMap<>(labels);
        next.put(label, version);
        return new ModelWish(name, memory, versions, instances, groupInstances, next, traffic, rollout, sources);
    }

    /** As the files say. */
    public ModelWish unlabelled(String label) {
        Map<String, Long> next = new HashMap<>(labels);
        next.remove(label);
        return new ModelWish(name, memory, versions, instances, groupInstances, next, traffic, rollout, sources);
    }

    /**
     * Who had been sent away has another chance.
     *
     * @param next as in a model.yaml; empty for what that says
     */
    public ModelWish trying(String next) {
        return new ModelWish(
                name, memory, versions, instances, groupInstances, labels, next, rollout.forgiving(), sources);
    }

    /** @param next worker threads in each group; 0 for what its files or the settings say */
    public ModelWish instances(int next) {
        return new ModelWish(name, memory, versions, next, Map.of(), labels, traffic, rollout, sources);
    }

    /**
     * @param group its name; empty for each
     * @param next worker threads; 0 for what its files or the settings say
     */
    public ModelWish instances(String group, int next) {
        if (group.isEmpty()) {
            return instances(next);
        }
        Map<String, Integer> changed = new HashMap<>(groupInstances);
        if (next == 0) {
            changed.remove(group);
        } else {
            changed.put(group, next);
        }
        return new ModelWish(name, memory, versions, instances, changed, labels, traffic, rollout, sources);
    }

    /** Worker threads in that group; 0 for what its files or the settings say. */
    public int instancesIn(String group) {
        return groupInstances.getOrDefault(group, instances);
    }

    /** Whether the same is wanted of the numbers of instances. */
    public boolean hasInstancesOf(ModelWish other) {
        return instances == other.instances && groupInstances.equals(other.groupInstances);
    }

    public ModelWish withInstancesOf(ModelWish other) {
        return new ModelWish(
                name, memory, versions, other.instances, other.groupInstances, labels, traffic, rollout, sources);
    }

    public ModelWish with(Rollout next) {
        return new ModelWish(name, memory, versions, instances, groupInstances, labels, traffic, next, sources);
    }

    /** Without what was said of versions between these two, and with all that was said since. */
    public ModelWish takingBack(ModelWish before, ModelWish after) {
        return new ModelWish(
                name,
                memory,
                versions.equals(after.versions) ? before.versions : versions,
                instances,
                groupInstances,
                labels,
                traffic.equals(after.traffic) ? before.traffic : traffic,
                rollout.takingBack(before.rollout, after.rollout),
                sources);
    }

    /** @param source null for what model.yaml says, if anything */
    public ModelWish sourced(long version, @Nullable ModelSource source) {
        Map<Long, ModelSource> next = new HashMap<>(sources);
        if (source == null) {
            next.remove(version);
        } else {
            next.put(version, source);
        }
        return new ModelWish(name, memory, versions, instances, groupInstances, labels, traffic, rollout, next);
    }

    public boolean saysNothing() {
        return equals(none(name));
    }
}
