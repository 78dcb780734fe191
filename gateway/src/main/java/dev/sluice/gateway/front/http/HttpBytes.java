package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.EncodedResponse;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.RequestBody;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bytes between Vert.x buffers and our codecs, without a copy where none is needed.
 *
 * @param from index of the first byte in {@code array}
 * @param to index behind the last
 * @thread confined to the front loop
 */
public record HttpBytes(byte[] array, int from, int to) {

    /** No bytes at all. */
    public static final HttpBytes NONE = new HttpBytes(new byte[0], 0, 0);

    public int length() {
        return to - from;
    }

    /**
     * The bytes of a received buffer: its own array, which is where Vert.x puts what it reads from a socket. Only what comes
     * first on a connection may stand behind other bytes there; it is copied, because errors count bytes from the start.
     */
    public static HttpBytes of(Buffer buffer) {
        ByteBuf bytes = ((BufferInternal) buffer).getByteBuf();
        if (bytes.hasArray() && bytes.arrayOffset() + bytes.readerIndex() == 0) {
            return new HttpBytes(bytes.array(), 0, bytes.readableBytes());
        }
        return new HttpBytes(buffer.getBytes(), 0, buffer.length());
    }

    /** These bytes as a body that is JSON and no more. */
    public RequestBody requestBody() {
        return requestBody(null);
    }

    /** These bytes as the body of an inference request. */
    RequestBody requestBody(@Nullable String jsonLength) {
        return RequestBody.of(array, from, to, jsonLength);
    }

    /** JSON and raw tensors one behind the other; the tensors are not copied. */
    public static Buffer buffer(EncodedResponse answer) {
        CompositeByteBuf whole = Unpooled.compositeBuffer(answer.raw().size() + 1);
        whole.addComponent(
                true,
                Unpooled.wrappedBuffer(answer.json().array(), 0, answer.json().length()));
        for (ByteBuffer tensor : answer.raw()) {
            whole.addComponent(true, Unpooled.wrappedBuffer(tensor.duplicate()));
        }
        return BufferInternal.buffer(whole);
    }

    /** Those pieces one behind the other, none of them copied. */
    public static Buffer buffer(List<ByteBuffer> pieces) {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(pieces.toArray(new ByteBuffer[0])));
    }

    public static Buffer buffer(JsonOutput out) {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(out.array(), 0, out.length()));
    }
}
