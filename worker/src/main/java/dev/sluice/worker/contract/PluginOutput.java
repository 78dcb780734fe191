package dev.sluice.worker.contract;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How all outputs of a model become an answer by a class of a user's own.
 *
 * @param plugin its name
 * @param outputs their names
 * @param prepared it, for this version
 */
public record PluginOutput(String plugin, List<String> outputs, Prepared prepared) implements OutputTransform {

    public PluginOutput {
        outputs = List.copyOf(outputs);
    }

    /**
     * What it has prepared; it goes with the version, after the last who is at it.
     *
     * @thread any, several at one time
     */
    @FunctionalInterface
    public interface Prepared {

        /**
         * What is to be written as JSON, if it can be.
         *
         * @throws InferenceException ModelNotReady when the version has gone
         * @throws PluginException for whatever the class throws, errors too; but for OutOfMemoryError
         */
        @Nullable
        Object apply(List<Tensor> outputs, int rows);
    }
}
