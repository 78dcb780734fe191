package dev.sluice.loadtest.wire;

import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request as it goes over the wire, made once and sent many times. */
public record InferCall(String path, Map<String, String> headers, Buffer body) {

    /** The same request with one more header. */
    public InferCall with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new InferCall(path, Map.copyOf(more), body);
    }
}
