package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.transform.BodyNotes;
import dev.sluice.gateway.transform.TransformPool;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How one body becomes the tensors of a request: what differs by the kind of thing that is in it.
 *
 * @thread asked on a front loop how much it takes; applied on a thread of the pool
 */
interface BodyTransform {

    /** What it makes tensors of. */
    TransformPool.Kind kind();

    /** Bytes of the heap that it takes beside the body and its tensors while it is at work. */
    long workBytes();

    /** Length of the tensor that it fills in place; 0 where nobody knows before. */
    int tensorBytes();

    /**
     * Makes them.
     *
     * @param memory of the tensor that is filled in place, {@link #tensorBytes} long
     * @param budget of the tensors that it makes beside
     * @param givenUp whether nobody waits any more
     * @throws InferenceException for what is wrong with the body, and Cancelled for what is given up; then nothing of the
     *     budget is held
     */
    Transformed apply(ByteBuffer memory, ByteBudget budget, BooleanSupplier givenUp);

    /**
     * What it has become.
     *
     * @param inputs of the request
     * @param rows of it, where the model has any
     * @param heldBytes of the budget for tensors beside the one that was filled in place
     * @param notes what its answer needs to know of it; null where that is nothing
     */
    record Transformed(
            List<Tensor> inputs,
            int rows,
            long heldBytes,
            @Nullable BodyNotes notes) {}
}
