package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.util.Optional;

/**
 * What a client of Triton's says beside the name of a model that it wants loaded or unloaded.
 *
 * <p>What it is made of is not let through: a model is served as its files in the repository say.
 *
 * @thread stateless
 * @source Triton: model repository extension
 */
public final class ControlParameters {

    /** Whether the models of a pipeline's stages are to be unloaded with it. */
    public static final String DEPENDENTS = "unload_dependents";

    private ControlParameters() {}

    /**
     * Reads the body, which may be empty: whether the models of a pipeline's stages are to be unloaded as well.
     *
     * @throws InferenceException InvalidRequest
     */
    public static boolean readDependents(byte[] bytes, int from, int to) {
        JsonCursor cursor = new JsonCursor(bytes, from, to);
        if (cursor.peek() == 0 && cursor.position >= to) {
            return false;
        }
        boolean dependents = false;
        try {
            cursor.read('{');
            if (!cursor.tryRead('}')) {
                do {
                    if (cursor.readName().equals("parameters")) {
                        dependents = readParameters(cursor);
                    } else {
                        cursor.skipValue();
                    }
                } while (cursor.readCommaOr('}'));
            }
            cursor.readEnd();
        } catch (BadJson bad) {
            throw InferenceException.invalid("body", bad.reason());
        }
        return dependents;
    }

    private static boolean readParameters(JsonCursor cursor) {
        boolean dependents = false;
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                String name = cursor.readName();
                refusal(name).ifPresent(why -> {
                    throw new InferenceException(why);
                });
                dependents = cursor.readBoolean();
            } while (cursor.readCommaOr('}'));
        }
        return dependents;
    }

    /** Why a parameter of that name is not taken, if it is not. */
    public static Optional<InferenceError> refusal(String name) {
        if (name.equals(DEPENDENTS)) {
            return Optional.empty();
        }
        boolean overrides = name.equals("config") || name.startsWith("file:");
        return Optional.of(new InferenceError.InvalidRequest(
                "parameters." + name,
                overrides
                        ? "not taken here: a model is served as its files in the repository say"
                        : "unknown; known is " + DEPENDENTS));
    }
}
