package dev.sluice.worker.contract;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a thing becomes tensors by a class of a user's own.
 *
 * @param plugin its name
 * @param prepared it, for this version
 */
public record PluginInput(String plugin, Prepared prepared) implements InputTransform {

    /**
     * What it has prepared; it goes with the version, after the last who is at it.
     *
     * @thread any, several at one time
     */
    @FunctionalInterface
    public interface Prepared {

        /**
         * Its tensors, of which nothing is known yet.
         *
         * @throws InferenceException InvalidRequest for what the user's class refuses, ModelNotReady when the version has gone
         * @throws PluginException for whatever else the class throws, errors too; but for OutOfMemoryError
         */
        List<Tensor> apply(ByteBuffer body, @Nullable String contentType, BooleanSupplier givenUp);
    }
}
