package dev.sluice.worker.batch;

import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the outputs of a padded batch back to the length that each member has by itself.
 *
 * @thread owned by the batcher loop; holds no tensors
 * @shape an output that has the member's length already stays a view; others are copied to the heap
 */
final class OutputTrim {

    private static final byte[] NO_PADDING = new byte[0];

    private final RaggedAxes axes;

    OutputTrim(RaggedAxes axes) {
        this.axes = axes;
    }

    /** Whether all that is to be cut is as long as what the batch was padded to. */
    boolean fits(Batch batch, List<Tensor> outputs) {
        for (Tensor output : outputs) {
            for (RaggedAxes.Trim trim : trims(output)) {
                if (trim.axis() >= output.shape().rank()
                        || output.shape().dimension(trim.axis()) != longest(batch, trim)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static long longest(Batch batch, RaggedAxes.Trim trim) {
        return batch.requests().stream()
                .mapToLong(request -> length(request, trim))
                .max()
                .orElse(0);
    }

    /** The outputs of each member at its own lengths, if they fit. */
    List<List<Tensor>> apart(List<Tensor> outputs, Batch batch) {
        List<List<Tensor>> parts = BatchSplit.apart(outputs, batch);
        if (!axes.outputs().isEmpty()) {
            for (int i = 0; i < parts.size(); i++) {
                parts.set(i, trim(batch.requests().get(i), parts.get(i)));
            }
        }
        return parts;
    }

    private List<Tensor> trim(InferenceRequest member, List<Tensor> outputs) {
        List<Tensor> trimmed = new ArrayList<>(outputs.size());
        for (Tensor output : outputs) {
            Shape own = output.shape();
            for (RaggedAxes.Trim trim : trims(output)) {
                own = own.with(trim.axis(), length(member, trim));
            }
            trimmed.add(own.equals(output.shape()) ? output : cut(output, own));
        }
        return trimmed;
    }

    private static Tensor cut(Tensor output, Shape own) {
        int bytes = (int) own.elementCount() * output.dataType().elementBytes();
        ByteBuffer memory = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        PaddedCopy.copy(output, own, memory, 0, NO_PADDING);
        return new Tensor(output.name(), output.dataType(), own, memory);
    }

    private List<RaggedAxes.Trim> trims(Tensor output) {
        return axes.outputs().getOrDefault(output.name(), List.of());
    }

    private static long length(InferenceRequest member, RaggedAxes.Trim trim) {
        for (Tensor input : member.inputs()) {
            if (input.name().equals(trim.input())) {
                return input.shape().dimension(trim.inputAxis());
            }
        }
        throw new IllegalStateException("no input " + trim.input());
    }
}
