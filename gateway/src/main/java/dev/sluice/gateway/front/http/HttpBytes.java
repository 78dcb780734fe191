package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;

/**
 * Bytes between Vert.x buffers and our codecs, without a copy where none is needed.
 *
 * @param from index of the first byte in {@code array}
 * @param to index behind the last
 * @thread confined to the front loop
 */
record HttpBytes(byte[] array, int from, int to) {

    /** The bytes of a received buffer: its own array, which is where Vert.x puts what it reads from a socket. */
    static HttpBytes of(Buffer buffer) {
        ByteBuf bytes = ((BufferInternal) buffer).getByteBuf();
        if (bytes.hasArray()) {
            int from = bytes.arrayOffset() + bytes.readerIndex();
            return new HttpBytes(bytes.array(), from, from + bytes.readableBytes());
        }
        return new HttpBytes(buffer.getBytes(), 0, buffer.length());
    }

    static Buffer buffer(JsonOutput out) {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(out.array(), 0, out.length()));
    }
}
