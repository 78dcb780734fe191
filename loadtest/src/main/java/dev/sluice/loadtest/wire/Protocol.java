package dev.sluice.loadtest.wire;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How a request travels. */
public enum Protocol {
    /** HTTP/1.1, one request at a time on each connection. */
    HTTP,
    /** As messages of a WebSocket, many at a time within the window that the server announces. */
    WEBSOCKET,
    /** ModelInfer of gRPC with raw contents, many at a time on each HTTP/2 connection. */
    GRPC;

    /** @errors {@link IllegalArgumentException} with a sentence for the user */
    public static Protocol named(String label) {
        return Arrays.stream(values())
                .filter(protocol -> protocol.label().equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("--protocol takes one of "
                        + Arrays.stream(values()).map(Protocol::label).collect(Collectors.joining(", ")) + ", not "
                        + label));
    }

    /** As on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
