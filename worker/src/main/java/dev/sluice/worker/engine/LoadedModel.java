package dev.sluice.worker.engine;

import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.util.List;

/**
 * One version of a model, in memory and ready to run.
 *
 * @thread {@link #run} may be called by any number of threads at once; {@link #close} waits for them
 * @owns its native memory until it is closed
 */
public interface LoadedModel extends AutoCloseable {

    /** The tensors a request may send and ask for, and whether requests can be batched, as derived from the model. */
    Signature signature();

    /** The names of the classes in the model's own metadata, label n being class n, or an empty list. */
    List<String> labels();

    /** The name that the V2 protocol has for models of this kind, for example {@code onnxruntime_onnx}. */
    String platform();

    /**
     * Runs the model once. The memory of the inputs is only read, and only until this method returns.
     *
     * @param inputs in any order; optional ones may be missing. Direct buffers are used in place, others are copied
     * @param outputs names of the wanted outputs
     * @return the outputs in the order asked, in buffers that belong to the garbage collector
     * @throws dev.sluice.worker.contract.InferenceException with InvalidRequest when the inputs do not fit the model
     * @throws EngineRunException when anything else goes wrong, closed models included
     */
    List<Tensor> run(List<Tensor> inputs, List<String> outputs);

    /** Frees the native memory, once no call runs any more; closing twice does no harm. */
    @Override
    void close();
}
