package dev.sluice.worker.engine;

import dev.sluice.worker.contract.Tensor;
import java.util.List;

/**
 * What a model does, for an engine that knows nothing but to compute: {@link ComputedModel} does the rest.
 *
 * @thread {@link #run} from any number of threads at once; {@link #close} once, when no call runs
 * @owns the model's native memory
 */
public interface Computation extends AutoCloseable {

    /**
     * Computes once. The memory of the inputs is only read, and only until this method returns.
     *
     * @param inputs all that the signature has, in its order
     * @param outputs names of the wanted outputs
     * @return the outputs in the order asked, in buffers that belong to the garbage collector
     * @throws dev.sluice.worker.contract.InferenceException with InvalidRequest when the inputs do not fit the model
     * @throws EngineRunException when anything else goes wrong
     */
    List<Tensor> run(List<Tensor> inputs, List<String> outputs);

    @Override
    void close();
}
