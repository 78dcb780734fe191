package dev.sluice.worker.contract;

/**
 * How an output becomes one vector for each row.
 *
 * @param output the name of the output
 * @param pooling which of its vectors
 * @param normalized whether a vector is made one of length 1
 * @param shortened whether the first elements of a vector are one as well, as those of a model trained so are
 * @shape {@code rows x elements}; {@code rows x tokens x elements} where there is something to be pooled
 */
public record EmbeddingOutput(String output, Pooling pooling, boolean normalized, boolean shortened)
        implements OutputTransform.OfOne {

    /** How the vectors of a text's tokens become one. */
    public enum Pooling {
        /** It is one. */
        NONE,
        /** The mean of those of its tokens, without what was padded. */
        MEAN,
        /** That of the first token. */
        CLS,
        /** That of the last token. */
        LAST
    }
}
