package dev.sluice.worker.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The inputs and outputs of a model, in the model's own order.
 *
 * @param outputNames the names of {@code outputs}, one list for all requests that want everything
 * @param batched whether axis 0 of every input and output counts rows, so that requests can be batched along it
 */
public record Signature(List<TensorSpec> inputs, List<TensorSpec> outputs, List<String> outputNames, boolean batched) {

    public Signature(List<TensorSpec> inputs, List<TensorSpec> outputs, boolean batched) {
        this(
                List.copyOf(inputs),
                List.copyOf(outputs),
                outputs.stream().map(TensorSpec::name).toList(),
                batched);
    }

    public Signature withoutBatching() {
        return new Signature(inputs, outputs, outputNames, false);
    }

    /** The place of that input among {@link #inputs}, or -1. */
    public int indexOfInput(String name) {
        return indexOf(inputs, name);
    }

    public @Nullable TensorSpec output(String name) {
        int index = indexOf(outputs, name);
        return index < 0 ? null : outputs.get(index);
    }

    private static int indexOf(List<TensorSpec> specs, String name) {
        for (int i = 0; i < specs.size(); i++) {
            if (specs.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }
}
