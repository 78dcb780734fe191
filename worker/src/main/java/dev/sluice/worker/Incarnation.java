package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;

/**
 * One loading of a model version: the same version may be in memory twice while one takes the other's place.
 *
 * @param number counts the loadings of this process
 */
record Incarnation(ModelId model, long number) {

    /** Where the event bus takes requests for it. */
    String batcherAddress() {
        return "sluice.batcher." + model + "." + number;
    }

    /** Where its batcher is told to finish; it replies when it has. */
    String drainAddress() {
        return batcherAddress() + ".drain";
    }

    /** Where its batcher is told how many instances a group is to have; it replies when it has them. */
    String resizeAddress(String group) {
        return batcherAddress() + ".instances." + group;
    }

    /** Where the event bus takes batches for one of its instances, which is a new one each time. */
    String instanceAddress(String group, int instance) {
        return "sluice.instance." + model + "." + number + "." + group + "." + instance;
    }
}
