package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;

/**
 * What is said of a body as a whole.
 *
 * @thread stateless
 * @source tensorflow/serving, json_tensor.cc
 */
final class Refusals {

    private Refusals() {}

    static InferenceException invalid(String text) {
        return InferenceException.invalid("", text);
    }

    static InferenceException parseError(BadJson bad) {
        return invalid("JSON Parse error: " + bad.reason());
    }

    /** A text that is no JSON is refused for that alone, whatever else is wrong with it. */
    static void requireSyntax(HttpBytes body) {
        try {
            PredictDecoder.cursor(body).skipValue();
        } catch (BadJson bad) {
            throw parseError(bad);
        }
    }

    /** A key of the body is given once. */
    static void requireFirst(boolean first, String key, HttpBytes body) {
        if (!first) {
            requireSyntax(body);
            throw invalid("The key '" + key + "' is given twice");
        }
    }

    /**
     * It begins with one.
     *
     * @param keys that it should have, for people
     */
    static void requireObject(JsonCursor cursor, HttpBytes body, String keys) {
        if (cursor.peek() == '{') {
            return;
        }
        if (cursor.position() == body.to()) {
            throw invalid("JSON Parse error: The document is empty");
        }
        requireSyntax(body);
        int start = cursor.position();
        cursor.skipValue();
        throw invalid("JSON Value: " + cursor.excerptFrom(start) + " Is not object (expected one with " + keys + ")");
    }

    /** Half precision has no JSON form there, and so none here. */
    static void requireJsonTypes(Signature signature) {
        for (TensorSpec spec : signature.inputs()) {
            if (spec.dataType() == DataType.FP16 || spec.dataType() == DataType.BF16) {
                throw new InferenceException(new InferenceError.Unimplemented("Conversion of JSON Value to type: "
                        + TfsType.word(spec.dataType()) + ", which input \"" + spec.name()
                        + "\" has; it can be sent as"
                        + " binary data to /v2 on http.port"));
            }
        }
    }
}
