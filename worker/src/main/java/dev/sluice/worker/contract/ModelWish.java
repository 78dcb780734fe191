package dev.sluice.worker.contract;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What operators want of one model, beyond what its files say.
 *
 * @param name the model
 * @param versions which of its versions are to be served, as in a model.yaml; empty for what that says
 * @param labels by label, the version it is to point to; 0 for none, whatever model.yaml says
 * @param sources by version, where it is to come from
 */
public record ModelWish(
        String name, Memory memory, List<String> versions, Map<String, Long> labels, Map<Long, ModelSource> sources) {

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
        sources = Map.copyOf(sources);
    }

    /** Of a model whose versions lie where its files say. */
    public ModelWish(String name, Memory memory, List<String> versions, Map<String, Long> labels) {
        this(name, memory, versions, labels, Map.of());
    }

    /** Of a model of which nobody has said anything. */
    public static ModelWish none(String name) {
        return new ModelWish(name, Memory.UNSAID, List.of(), Map.of());
    }

    public ModelWish with(Memory next) {
        return new ModelWish(name, next, versions, labels, sources);
    }

    /** @param next as in a model.yaml; empty for what that says */
    public ModelWish serving(List<String> next) {
        return new ModelWish(name, memory, next, labels, sources);
    }

    /** @param version 0 for none, whatever model.yaml says */
    public ModelWish labelled(String label, long version) {
        Map<String, Long> next = new HashMap<>(labels);
        next.put(label, version);
        return new ModelWish(name, memory, versions, next, sources);
    }

    /** @param source null for what model.yaml says, if anything */
    public ModelWish sourced(long version, @Nullable ModelSource source) {
        Map<Long, ModelSource> next = new HashMap<>(sources);
        if (source == null) {
            next.remove(version);
        } else {
            next.put(version, source);
        }
        return new ModelWish(name, memory, versions, labels, next);
    }

    public boolean saysNothing() {
        return equals(none(name));
    }
}
