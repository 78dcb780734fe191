package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;

/**
 * What a client asks of the repository's index.
 *
 * @param ready whether only models that are ready are to be listed
 * @source Triton: model repository extension, index
 */
public record IndexRequest(boolean ready) {

    /**
     * Reads the body, which may be empty.
     *
     * @throws InferenceException InvalidRequest
     */
    public static IndexRequest read(byte[] bytes, int from, int to) {
        JsonCursor cursor = new JsonCursor(bytes, from, to);
        if (cursor.peek() == 0 && cursor.position >= to) {
            return new IndexRequest(false);
        }
        try {
            boolean ready = false;
            cursor.read('{');
            if (!cursor.tryRead('}')) {
                do {
                    if (cursor.readName().equals("ready")) {
                        ready = cursor.readBoolean();
                    } else {
                        cursor.skipValue();
                    }
                } while (cursor.readCommaOr('}'));
            }
            cursor.readEnd();
            return new IndexRequest(ready);
        } catch (BadJson bad) {
            throw InferenceException.invalid("body", bad.reason());
        }
    }
}
