package dev.sluice.loadtest.wire;

import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A request as it goes over the wire, made once and sent many times.
 *
 * @param headers of the request; for WebSocket of the handshake
 * @param jsonBytes how much of the body is JSON; what follows are raw tensors
 */
public record InferCall(Protocol protocol, String path, Map<String, String> headers, int jsonBytes, Buffer body) {

    /** A body of JSON alone, over HTTP. */
    static InferCall json(String path, Buffer body) {
        return new InferCall(Protocol.HTTP, path, Map.of("content-type", "application/json"), body.length(), body);
    }

    /** The same request with one more header. */
    public InferCall with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new InferCall(protocol, path, Map.copyOf(more), jsonBytes, body);
    }
}
