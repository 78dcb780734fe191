package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.grpc.wire.GrpcService;
import dev.sluice.gateway.front.grpc.wire.HealthOuterClass;
import dev.sluice.gateway.front.grpc.wire.Reflection;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.OtherProtocol;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC calls of one front loop: which method each is for.
 *
 * @thread confined to one front loop
 * @errors UNIMPLEMENTED for a method that is not served, INVALID_ARGUMENT for metadata that cannot be read
 * @source gRPC over HTTP/2
 */
public final class GrpcFront implements OtherProtocol {

    private static final String CONTENT_TYPE = "application/grpc";

    /** To Vert.x, all servers of one negative number share a port, and that of HTTP has the first. */
    private static final int ANY_FREE_PORT = -2;

    private final LoopParts loop;
    private final GrpcOptions options;
    private final IntConsumer listening;
    private final Map<String, Method> methods = new HashMap<>();

    /**
     * Begins a call.
     *
     * @thread the loop of the stream
     */
    @FunctionalInterface
    interface Method {

        /** @throws InferenceException when it is refused by what its metadata say */
        void begin(GrpcStream stream);
    }

    /** @param listening hears the port of its own, where it has one */
    public GrpcFront(LoopParts loop, GrpcOptions options, IntConsumer listening) {
        this.loop = loop;
        this.options = options;
        this.listening = listening;
        if (options.enabled()) {
            serve();
        }
    }

    private void serve() {
        long messageLimit = options.messageLimit(loop.options().maxBodySize());
        InferenceService inference =
                new InferenceService(loop.serving().parts(), loop.options().modelControl());
        inference.addTo(methods);
        if (loop.options().modelControl()) {
            new RepositoryService(loop.serving().parts().operations()).addTo(methods);
        } else {
            RepositoryService.refuseIn(methods);
        }
        new HealthService(loop.serving().parts()).addTo(methods);
        if (options.reflection()) {
            new ReflectionService(List.of(
                            GrpcService.getDescriptor(), HealthOuterClass.getDescriptor(), Reflection.getDescriptor()))
                    .addTo(methods);
        }
        methods.put(InferenceService.PATH + "ModelInfer", stream -> UnaryInfer.begin(stream, messageLimit));
        methods.put(
                InferenceService.PATH + "ModelStreamInfer",
                stream -> StreamInfer.begin(stream, messageLimit, options.maxStreamRequests()));
    }

    @Override
    public int ownPort() {
        if (!options.enabled()) {
            return SHARED_PORT;
        }
        return options.port() < 0 ? ANY_FREE_PORT : options.port();
    }

    @Override
    public void listening(int port) {
        listening.accept(port);
    }

    @Override
    public boolean takes(HttpServerRequest request) {
        return options.enabled() && request.version() == HttpVersion.HTTP_2 && isGrpc(request);
    }

    private static boolean isGrpc(HttpServerRequest request) {
        @Nullable String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
        return type != null
                && type.startsWith(CONTENT_TYPE)
                && (type.length() == CONTENT_TYPE.length() || "+;".indexOf(type.charAt(CONTENT_TYPE.length())) >= 0);
    }

    /** What is no gRPC at all, on a port of our own, hears so in the words of HTTP. */
    @Override
    public void handle(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_2 || !isGrpc(request) || isJson(request)) {
            refuse(request, 415);
        } else if (!request.method().equals(HttpMethod.POST)) {
            refuse(request, 405);
        } else {
            begin(request);
        }
    }

    private static boolean isJson(HttpServerRequest request) {
        return String.valueOf(request.getHeader(HttpHeaders.CONTENT_TYPE)).startsWith(CONTENT_TYPE + "+json");
    }

    private static void refuse(HttpServerRequest request, int status) {
        request.response().setStatusCode(status);
        FrontConnection.sendNothing(request);
    }

    private void begin(HttpServerRequest request) {
        GrpcStream stream = new GrpcStream(request, loop);
        @Nullable Method method = methods.get(String.valueOf(request.path()));
        if (method == null) {
            stream.end(GrpcStatus.of(GrpcCode.UNIMPLEMENTED, "there is no method " + request.path() + " here"));
            return;
        }
        try {
            method.begin(stream);
        } catch (InferenceException refused) {
            stream.refuse(refused.error());
        }
    }
}
