package dev.sluice.loadtest.wire;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/**
 * The messages of a stream that ask the same again and again, each under an id of its own, and what its answers say.
 *
 * @thread any; immutable
 * @source docs/streaming.md
 */
public final class StreamMessages {

    /** The version of the protocol that is spoken. */
    public static final String SUBPROTOCOL = "sluice.v2.stream.1";

    private static final int LENGTH_BYTES = 4;

    private final boolean text;
    private final String json;
    private final Buffer raw;

    public StreamMessages(InferCall call) {
        Buffer body = call.body();
        JsonObject request = new JsonObject(body.getBuffer(0, call.jsonBytes()));
        request.remove("id"); // a body from elsewhere may have one
        this.json = request.encode().substring(1);
        this.raw = body.getBuffer(call.jsonBytes(), body.length());
        this.text = raw.length() == 0;
    }

    /** Whether {@link #text} makes the message, and {@link #binary} otherwise. */
    public boolean isText() {
        return text;
    }

    public String text(int id) {
        return text(id(id));
    }

    /** Under any id that needs no escapes. */
    public String text(String id) {
        return "{\"id\":\"" + id + "\"," + json;
    }

    /** A request's number as its messages have it. */
    public static String id(int number) {
        return "%08x".formatted(number);
    }

    /** With raw tensors behind the JSON. */
    public Buffer binary(int id) {
        Buffer head = Buffer.buffer(text(id));
        return Buffer.buffer(LENGTH_BYTES + head.length() + raw.length())
                .appendIntLE(head.length())
                .appendBuffer(head)
                .appendBuffer(raw);
    }

    /** The JSON of a binary message from the server. */
    public static JsonObject json(Buffer message) {
        return new JsonObject(message.getBuffer(LENGTH_BYTES, LENGTH_BYTES + message.getIntLE(0)));
    }

    /** The id of the request that was answered; -1 for one that could not be read. */
    public static int id(JsonObject answer) {
        String id = answer.getString("id");
        return id == null ? -1 : Integer.parseUnsignedInt(id, 16);
    }
}
