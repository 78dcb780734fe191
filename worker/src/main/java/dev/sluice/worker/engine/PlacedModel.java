package dev.sluice.worker.engine;

import dev.sluice.worker.contract.Signature;
import java.util.List;

/**
 * A model with where it runs.
 *
 * @param remarks what its owner should know of that
 * @thread as the model
 */
record PlacedModel(LoadedModel model, String device, List<String> remarks) implements LoadedModel {

    PlacedModel {
        remarks = List.copyOf(remarks);
    }

    @Override
    public Signature signature() {
        return model.signature();
    }

    @Override
    public List<String> labels() {
        return model.labels();
    }

    @Override
    public String platform() {
        return model.platform();
    }

    @Override
    public boolean optimizedBefore() {
        return model.optimizedBefore();
    }

    @Override
    public ModelInstance newInstance(int maxBatchRows, long maxMemoryBytes) {
        return model.newInstance(maxBatchRows, maxMemoryBytes);
    }

    @Override
    public void close() {
        model.close();
    }
}
