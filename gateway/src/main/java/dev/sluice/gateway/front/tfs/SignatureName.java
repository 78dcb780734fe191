package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.worker.contract.InferenceException;

/**
 * {@code signature_name}: an ONNX model has one signature, which has the name that is usual.
 *
 * @thread confined to one front loop; one for each body
 * @errors InvalidRequest for another, and for a second one
 */
final class SignatureName {

    private static final String DEFAULT = "serving_default";

    private boolean seen;

    /** Reads it. */
    void require(JsonCursor cursor, HttpBytes body) {
        Refusals.requireFirst(!seen, "signature_name", body);
        seen = true;
        if (cursor.peek() != '"') {
            Refusals.requireSyntax(body);
            throw Refusals.invalid("Not formatted correctly. 'signature_name' key must be a string value.");
        }
        String name = cursor.readString();
        if (!name.isEmpty() && !name.equals(DEFAULT)) {
            Refusals.requireSyntax(body);
            throw Refusals.invalid(
                    "Serving signature name: " + InferenceException.quoted(name) + " not found in signature def");
        }
    }
}
