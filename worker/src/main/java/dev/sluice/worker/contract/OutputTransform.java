package dev.sluice.worker.contract;

import java.util.List;

/**
 * How the tensors that a model answers become what people read: one record for each kind of answer.
 *
 * @thread immutable
 */
public sealed interface OutputTransform permits ClassOutput, EmbeddingOutput, LabelsOutput, ValuesOutput {

    /** The names of the outputs that it reads, and that a request asks for. */
    List<String> outputs();
}
