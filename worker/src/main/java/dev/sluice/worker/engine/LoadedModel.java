package dev.sluice.worker.engine;

import dev.sluice.worker.contract.Signature;
import java.util.List;

/**
 * One version of a model, in memory and ready to run.
 *
 * @thread any; its instances run at the same time, and {@link #close} waits for them
 * @owns its native memory until it is closed
 */
public interface LoadedModel extends AutoCloseable {

    /** The tensors a request may send and ask for, and whether requests can be batched, as derived from the model. */
    Signature signature();

    /** The names of the classes in the model's own metadata, label n being class n, or an empty list. */
    List<String> labels();

    /** The name that the V2 protocol has for models of this kind, for example {@code onnxruntime_onnx}. */
    String platform();

    /** Where it runs: {@code cpu}, or {@code cuda:N}. */
    default String device() {
        return Placement.CPU_DEVICE;
    }

    /** Whether it was opened as its engine had optimised it at an earlier load. */
    default boolean optimizedBefore() {
        return false;
    }

    /** What its owner should know of how it was loaded. */
    default List<String> remarks() {
        return List.of();
    }

    /**
     * What one thread needs to run this model; the caller closes it.
     *
     * @param maxBatchRows rows that its output memory has room for, where an output's size follows from them
     * @param maxMemoryBytes most output memory that it may keep; 0 for none
     */
    ModelInstance newInstance(int maxBatchRows, long maxMemoryBytes);

    /**
     * Frees the native memory, once no call runs any more; closing twice does no harm. A call that does not return in a
     * second, although it should have been ended before, keeps the memory for as long as the process lives.
     */
    @Override
    void close();
}
