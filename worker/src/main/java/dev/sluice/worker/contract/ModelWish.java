package dev.sluice.worker.contract;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What operators want of one model, beyond what its files say.
 *
 * @param name the model
 * @param versions which of its versions are to be served, as in a model.yaml; empty for what that says
 * @param instances worker threads of each version; 0 for what its files or the settings say
 * @param labels by label, the version it is to point to; 0 for none, whatever model.yaml says
 */
public record ModelWish(String name, Memory memory, List<String> versions, int instances, Map<String, Long> labels) {

    /** Whether the model is to be in memory. */
    public enum Memory {
        /** As the settings say. */
        UNSAID,
        LOADED,
        UNLOADED
    }

    public ModelWish {
        versions = List.copyOf(versions);
        labels = Map.copyOf(labels);
    }

    /** What says nothing of instances. */
    public ModelWish(String name, Memory memory, List<String> versions, Map<String, Long> labels) {
        this(name, memory, versions, 0, labels);
    }

    /** Of a model of which nobody has said anything. */
    public static ModelWish none(String name) {
        return new ModelWish(name, Memory.UNSAID, List.of(), Map.of());
    }

    public ModelWish with(Memory next) {
        return new ModelWish(name, next, versions, instances, labels);
    }

    /** @param next as in a model.yaml; empty for what that says */
    public ModelWish serving(List<String> next) {
        return new ModelWish(name, memory, next, instances, labels);
    }

    /** @param version 0 for none, whatever model.yaml says */
    public ModelWish labelled(String label, long version) {
        Map<String, Long> next = new HashMap<>(labels);
        next.put(label, version);
        return new ModelWish(name, memory, versions, instances, next);
    }

    /** @param next worker threads; 0 for what its files or the settings say */
    public ModelWish instances(int next) {
        return new ModelWish(name, memory, versions, next, labels);
    }

    public boolean saysNothing() {
        return equals(none(name));
    }
}
