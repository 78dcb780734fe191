package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.worker.settings.Setting;

/**
 * Where gRPC is served, and how much it takes.
 *
 * @param enabled whether it is; on, because it costs nothing where nobody asks
 * @param port its own TCP port; 0 for that of HTTP, where its requests are told by their content type, -1 for any free one;
 *     the same, because one port is one thing less to open, to balance and to name
 * @param maxMessageSize bytes of one message, inflated; 0 for as much as {@code http.max_body_size}
 * @param maxStreamRequests requests of one ModelStreamInfer stream that may be unanswered before it is read no further; 32
 *     is a full batch
 * @param reflection whether clients may ask which services and messages there are; on, for they are public anyhow
 */
public record GrpcOptions(
        @Setting("true") boolean enabled,
        @Setting(value = "0", min = "-1", max = "65535") int port,

        @Setting(value = "0B", min = "0B", max = "1GiB", bytes = true)
        long maxMessageSize,

        @Setting(value = "32", min = "1", max = "10000") int maxStreamRequests,
        @Setting("true") boolean reflection) {

    SizeLimit messageLimit(long maxBodySize) {
        return maxMessageSize > 0
                ? new SizeLimit(maxMessageSize, "grpc.max_message_size")
                : new SizeLimit(maxBodySize, "http.max_body_size");
    }
}
