package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.util.Optional;

/**
 * What a client of Triton's says beside the name of a model that it wants loaded or unloaded.
 *
 * <p>Only what changes nothing is let through: a model is served as its files in the repository say. Whether dependents are
 * to be unloaded too is heard and changes nothing: the models of a pipeline's stages may be others' as well, and each is
 * unloaded by its own name.
 *
 * @thread stateless
 * @source Triton: model repository extension
 */
public final class ControlParameters {

    private static final String DEPENDENTS = "unload_dependents";

    private ControlParameters() {}

    /**
     * Reads the body, which may be empty.
     *
     * @throws InferenceException InvalidRequest
     */
    public static void check(byte[] bytes, int from, int to) {
        JsonCursor cursor = new JsonCursor(bytes, from, to);
        if (cursor.peek() == 0 && cursor.position >= to) {
            return;
        }
        try {
            cursor.read('{');
            if (!cursor.tryRead('}')) {
                do {
                    if (cursor.readName().equals("parameters")) {
                        parameters(cursor);
                    } else {
                        cursor.skipValue();
                    }
                } while (cursor.readCommaOr('}'));
            }
            cursor.readEnd();
        } catch (BadJson bad) {
            throw InferenceException.invalid("body", bad.reason());
        }
    }

    private static void parameters(JsonCursor cursor) {
        cursor.read('{');
        if (!cursor.tryRead('}')) {
            do {
                String name = cursor.readName();
                refusal(name).ifPresent(why -> {
                    throw new InferenceException(why);
                });
                cursor.readBoolean();
            } while (cursor.readCommaOr('}'));
        }
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
