package dev.sluice.worker.transform;

import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.Map;

/**
 * Makes tensors of what people send: a kind of {@code transform.input} of a user's own. It has a public constructor without
 * parameters, and there is one of it for all models.
 *
 * @thread prepares on several loading threads at one time
 */
public interface InputPlugin {

    /** What model.yaml calls it: letters, digits, dots, dashes and underscores; no other of the server has the same. */
    String name();

    /**
     * Makes what a version needs for as long as it is in memory; called once each time that it is loaded.
     *
     * @param signature of the model, which all that it is given must fit
     * @param options of its model.yaml, whose meaning is the plug-in's own
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
         * The inputs of one request, in any order: each input that the model needs once, with its data type and a shape that
         * fits, all with as many rows where the model counts rows, at least one. Nobody writes to their buffers
         * afterwards.
         *
         * <p>An element stands in {@link Tensor#data} with its lowest byte first, so the buffer is to be given
         * {@link java.nio.ByteOrder#LITTLE_ENDIAN} before it is filled.
         *
         * @throws IllegalArgumentException with a sentence for the client, who is answered 400; for anything else that is
         *     thrown the client is answered 500 with the plug-in's name, and the log has it
         */
        List<Tensor> apply(PluginBody body);

        /** When the version has left memory and the last {@link #apply} has returned, once. */
        @Override
        default void close() {}
    }
}
