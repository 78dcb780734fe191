package dev.sluice.worker.contract;

import java.util.Map;

/**
 * What the worker side tells the gateway side about its models, in the order in which it happens.
 *
 * @thread immutable
 */
public sealed interface ModelNews
        permits ModelReport,
                ModelNews.Removed,
                ModelNews.Labels,
                ModelNews.Versions,
                ModelNews.Wished,
                ModelNews.Traffic {

    /** The event-bus address that news are sent to, to be acknowledged. */
    String ADDRESS = "sluice.model-news";

    /** That version is not in the repository any more, nor in memory. */
    record Removed(ModelId model) implements ModelNews {}

    /**
     * Other names for versions of a model, all that it has.
     *
     * @param name the model
     * @param labels by label, the version it points to
     */
    record Labels(String name, Map<String, Long> labels) implements ModelNews {

        public Labels {
            labels = Map.copyOf(labels);
        }
    }

    /**
     * Which versions of a model are to be served; told of one whose policy is not {@link VersionPolicy#NEWEST}, or is again.
     *
     * @param name the model
     */
    record Versions(String name, VersionPolicy policy) implements ModelNews {}

    /** What operators want of a model now. */
    record Wished(ModelWish wish) implements ModelNews {}

    /**
     * Which versions of a model answer those who leave the version open; told before any of it is loaded or leaves.
     *
     * @param name the model
     */
    record Traffic(String name, TrafficPlan plan) implements ModelNews {}
}
