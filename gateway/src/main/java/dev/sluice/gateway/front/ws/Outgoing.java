package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.EncodedResponse;
import dev.sluice.gateway.front.v2.JsonOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * A message to the client.
 *
 * @param text whether it is nothing but JSON; otherwise it begins with the length of its JSON
 * @param deflated whether it is compressed
 */
record Outgoing(ByteBuf bytes, boolean text, boolean deflated) {

    static Outgoing of(JsonOutput json) {
        return new Outgoing(Unpooled.wrappedBuffer(json.array(), 0, json.length()), true, false);
    }

    /** With its raw tensors, if there are any, behind the JSON. */
    static Outgoing of(EncodedResponse answer) {
        if (answer.raw().isEmpty()) {
            return of(answer.json());
        }
        ByteBuf length = Unpooled.buffer(Integer.BYTES).writeIntLE(answer.json().length());
        ByteBuf body = ((BufferInternal) HttpBytes.buffer(answer)).getByteBuf();
        return new Outgoing(Unpooled.wrappedBuffer(length, body), false, false);
    }

    int length() {
        return bytes.readableBytes();
    }
}
