package dev.sluice.gateway.it;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.sluice.gateway.front.grpc.wire.Status;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceName;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Calls by the client of Vert.x, which shares no code with our server. */
final class GrpcCaller implements AutoCloseable {

    static final String INFERENCE = "inference.GRPCInferenceService";

    private static final long MAX_MESSAGE_BYTES = 64 << 20;

    private final Vertx vertx = Vertx.vertx();
    private final GrpcClient client;
    private final SocketAddress server;

    /** How a call ended, and what was said before. */
    record Reply(GrpcStatus status, String message, MultiMap headers, MultiMap trailers, List<Buffer> messages) {

        <M> M as(Parser<M> parser) {
            if (status != GrpcStatus.OK) {
                throw new AssertionError(status + ": " + message);
            }
            return parse(parser, messages.getFirst());
        }

        /** Wherever it stands: with the head where there is nothing else. */
        Optional<String> metadata(String name) {
            return Optional.ofNullable(trailers.contains(name) ? trailers.get(name) : headers.get(name));
        }

        Status details() {
            String details = metadata("grpc-status-details-bin").orElseThrow();
            return parse(Status.parser(), Buffer.buffer(Base64.getDecoder().decode(details)));
        }
    }

    GrpcCaller(int port) {
        this(
                port,
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    /** To a server with TLS, whatever its certificate. */
    static GrpcCaller trustful(int port) {
        return new GrpcCaller(
                port,
                new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setSsl(true)
                        .setUseAlpn(true)
                        .setTrustAll(true)
                        .setVerifyHost(false));
    }

    private GrpcCaller(int port, HttpClientOptions options) {
        this.client = GrpcClient.client(vertx, new GrpcClientOptions().setMaxMessageSize(MAX_MESSAGE_BYTES), options);
        this.server = SocketAddress.inetSocketAddress(port, "127.0.0.1");
    }

    static <M> M parse(Parser<M> parser, Buffer message) {
        try {
            return parser.parseFrom(message.getBytes());
        } catch (InvalidProtocolBufferException broken) {
            throw new AssertionError(broken);
        }
    }

    GrpcClientRequest<Buffer, Buffer> open(String service, String method, String... metadata) {
        GrpcClientRequest<Buffer, Buffer> request = Waiting.await(client.request(server));
        request.serviceName(ServiceName.create(service)).methodName(method);
        for (int i = 0; i < metadata.length; i += 2) {
            request.headers().set(metadata[i], metadata[i + 1]);
        }
        return request;
    }

    /** All that comes until the end; to be asked before anything is sent, or some of it may have come already. */
    static Future<Reply> reply(GrpcClientRequest<Buffer, Buffer> request) {
        Promise<Reply> replied = Promise.promise();
        request.response().onFailure(replied::tryFail).onSuccess(response -> {
            List<Buffer> messages = new ArrayList<>();
            response.handler(messages::add);
            response.exceptionHandler(replied::tryFail);
            response.errorHandler(error -> replied.tryFail(new AssertionError(error.name())));
            response.endHandler(end -> replied.tryComplete(reply(response, messages)));
        });
        return replied.future();
    }

    private static Reply reply(GrpcClientResponse<Buffer, Buffer> response, List<Buffer> messages) {
        return new Reply(
                response.status(),
                String.valueOf(response.statusMessage()),
                response.headers(),
                response.trailers(),
                messages);
    }

    Future<Reply> callLater(String service, String method, MessageLite message, String... metadata) {
        GrpcClientRequest<Buffer, Buffer> request = open(service, method, metadata);
        Future<Reply> reply = reply(request);
        request.end(Buffer.buffer(message.toByteArray()));
        return reply;
    }

    Reply call(String service, String method, MessageLite message, String... metadata) {
        return Waiting.await(callLater(service, method, message, metadata));
    }

    Reply infer(MessageLite message, String... metadata) {
        return call(INFERENCE, "ModelInfer", message, metadata);
    }

    @Override
    public void close() {
        Waiting.await(vertx.close());
    }
}
