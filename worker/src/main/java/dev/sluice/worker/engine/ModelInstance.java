package dev.sluice.worker.engine;

import dev.sluice.worker.contract.Tensor;
import java.util.List;

/**
 * What one thread needs to run a model: the memory that its outputs are written to, and the means to end its call.
 *
 * @thread {@link #run} and {@link #close} by one thread at a time, {@link #withdraw} and {@link #terminate} from any
 * @owns the output memory, which is used again by the next call; what {@link #run} returns is a copy
 */
public interface ModelInstance extends AutoCloseable {

    /**
     * Runs the model once. The memory of the inputs is only read, and only until this method returns.
     *
     * @param call what it can be withdrawn by, another object for each call
     * @param inputs in any order; optional ones may be missing. Direct buffers are used in place, others are copied
     * @param outputs names of the wanted outputs
     * @return the outputs in the order asked, in buffers that belong to the garbage collector
     * @throws dev.sluice.worker.contract.InferenceException with InvalidRequest when the inputs do not fit the model
     * @throws EngineRunException when anything else goes wrong, closed models and ended calls included
     */
    List<Tensor> run(Object call, List<Tensor> inputs, List<String> outputs);

    /** The same for a call that nobody withdraws. */
    default List<Tensor> run(List<Tensor> inputs, List<String> outputs) {
        return run(new Object(), inputs, outputs);
    }

    /**
     * Ends that call: before its next operator if it is under way, at its beginning if it is to come. One that is over is
     * not concerned, nor is any other.
     */
    void withdraw(Object call);

    /** Ends the call under way, if there is one, before its next operator; every later call fails at once. */
    void terminate();

    /** Direct memory that is kept from call to call. */
    long memoryBytes();

    /** Closing twice does no harm. */
    @Override
    void close();
}
