package dev.sluice.worker.contract;

import java.util.List;

/**
 * How a table becomes tensors: its columns are the model's inputs, or together its one input.
 *
 * @param columns what they are called, in the order of the inputs, or of the one input's elements in a row; empty for
 *     the names of the inputs, or for whatever the one input's table has
 */
public record RowsInput(List<String> columns) implements InputTransform {

    public RowsInput {
        columns = List.copyOf(columns);
    }
}
