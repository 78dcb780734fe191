package dev.sluice.worker.transform;

import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes an answer that people read of a model's outputs: a kind of {@code transform.output} of a user's own. It has a public
 * constructor without parameters, and there is one of it for all models.
 *
 * @thread prepares on several loading threads at one time
 */
public interface OutputPlugin {

    /** What model.yaml calls it, as of {@link InputPlugin#name}; one of each may have the same name. */
    String name();

    /**
     * Makes what a version needs for as long as it is in memory, as {@link InputPlugin#prepare} does.
     *
     * @throws IllegalArgumentException with a sentence for the model's owner, with which the version fails
     */
    Prepared prepare(Signature signature, Map<String, String> options);

    /**
     * It, for one loading of one version.
     *
     * @thread applied on several transform threads at one time; prepared and closed on others
     */
    interface Prepared extends AutoCloseable {

        /**
         * The answer to one request: a {@link Map} with texts as keys, in its own order, a {@link List}, a {@link String}, a
         * {@link Boolean}, a {@link Number} of the JDK or null, and nothing else in them. A number that is not finite is
         * written as null.
         *
         * @param outputs all that the model has, in its order; their buffers are read by absolute index from their
         *     position on, in little-endian order, and never written
         * @param rows of the request; 1 where the model counts none
         * @throws RuntimeException for which the client is answered 500 with the plug-in's name, and the log has it
         */
        @Nullable
        Object apply(List<Tensor> outputs, int rows);

        /** When the version has left memory and the last {@link #apply} has returned, once. */
        @Override
        default void close() {}
    }
}
