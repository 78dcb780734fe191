package dev.sluice.worker.contract;

/** A model and one version of it; versions are positive integers. */
public record ModelId(String name, long version) {

    public ModelId {
        if (name.isEmpty() || version < 1) {
            throw new IllegalArgumentException("a model has a name and a version from 1 on: " + name + "/" + version);
        }
    }

    /** As users write it: {@code digits/1}. */
    @Override
    public String toString() {
        return name + "/" + version;
    }
}
