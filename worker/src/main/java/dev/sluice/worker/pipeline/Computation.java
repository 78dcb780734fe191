package dev.sluice.worker.pipeline;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import java.util.List;

/**
 * What is to be computed of tensors between the stages of a request.
 *
 * @thread run once, on any
 */
@FunctionalInterface
public interface Computation {

    /** @throws InferenceException when it cannot be done */
    List<Tensor> run(Room room);
}
