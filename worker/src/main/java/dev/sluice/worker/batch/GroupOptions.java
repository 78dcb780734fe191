package dev.sluice.worker.batch;

import java.util.List;

/**
 * The part of a model that runs on one device.
 *
 * @param name by which operators tell it from the model's other groups
 * @param profile what is known of its latency there beforehand, in the order of measuring
 * @param gate whether batches may run there
 */
public record GroupOptions(String name, BatchRunner instances, List<LatencyPoint> profile, BatchGate gate) {

    public GroupOptions {
        profile = List.copyOf(profile);
    }

    /** Of a model that has one. */
    static GroupOptions only(BatchRunner instances, BatcherOptions options) {
        return new GroupOptions("", instances, options.profile(), options.gate());
    }
}
