package dev.sluice.worker.contract;

import java.util.List;

/**
 * How the tensors that a model answers become what people read: one record for each kind of answer.
 *
 * @thread immutable
 */
public sealed interface OutputTransform permits BoxesOutput, PluginOutput, OutputTransform.OfOne {

    /** The names of the outputs that it reads, and that a request asks for. */
    List<String> outputs();

    /**
     * One whose answer is made of each row of one output.
     *
     * @thread immutable
     */
    sealed interface OfOne extends OutputTransform permits ClassOutput, EmbeddingOutput, LabelsOutput, ValuesOutput {

        /** The name of the output. */
        String output();

        @Override
        default List<String> outputs() {
            return List.of(output());
        }
    }
}
