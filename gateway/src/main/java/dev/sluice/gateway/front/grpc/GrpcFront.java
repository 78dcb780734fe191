package dev.sluice.gateway.front.grpc;

import com.google.protobuf.Descriptors.FileDescriptor;
import dev.sluice.gateway.front.GrpcCode;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.grpc.wire.HealthOuterClass;
import dev.sluice.gateway.front.grpc.wire.Reflection;
import dev.sluice.gateway.front.http.FrontConnection;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.OtherProtocol;
import dev.sluice.gateway.front.http.ShownKeys;
import dev.sluice.gateway.security.KeyHolder;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC calls of one front loop: which method each is for.
 *
 * @thread confined to one front loop
 * @errors Unauthenticated; UNIMPLEMENTED for a method that is not served, INVALID_ARGUMENT for metadata that cannot be
 *     read
 * @source gRPC over HTTP/2
 */
public final class GrpcFront implements OtherProtocol {

    /** To Vert.x, all servers of one negative number share a port, and that of HTTP has the first. */
    private static final int ANY_FREE_PORT = -2;

    private final LoopParts loop;
    private final GrpcOptions options;
    private final IntConsumer listening;
    private final GrpcMethods methods;
    private final Protocol strangers;

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

    /**
     * For one front loop.
     *
     * @param protocols that are spoken; who shows no key has not said which, and counts as one of the first
     * @param listening hears the port of its own, where it has one
     */
    public GrpcFront(LoopParts loop, GrpcOptions options, List<GrpcProtocol> protocols, IntConsumer listening) {
        this.loop = loop;
        this.options = options;
        this.listening = listening;
        this.methods =
                new GrpcMethods(options, options.messageLimit(loop.options().maxBodySize()));
        this.strangers = protocols.getFirst().protocol();
        if (options.enabled()) {
            serve(protocols);
        }
    }

    private void serve(List<GrpcProtocol> protocols) {
        List<FileDescriptor> files = new ArrayList<>();
        Set<String> services = new HashSet<>();
        for (GrpcProtocol protocol : protocols) {
            protocol.addTo(methods, loop);
            files.add(protocol.file());
            protocol.file().getServices().forEach(service -> services.add(service.getFullName()));
        }
        new HealthService(loop.serving().parts(), services).addTo(methods.byPath());
        if (options.reflection()) {
            files.add(HealthOuterClass.getDescriptor());
            files.add(Reflection.getDescriptor());
            new ReflectionService(files).addTo(methods.byPath());
        }
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

    /** Also what comes to one of our methods in another way, to be told how it should, if it shows a key. */
    @Override
    public boolean takes(HttpServerRequest request) {
        return options.enabled() && (NoCall.isGrpc(request) || methods.at(String.valueOf(request.path())) != null);
    }

    @Override
    public void handle(HttpServerRequest request) {
        Optional<KeyHolder> holder;
        try {
            holder = holder(request);
        } catch (InferenceException stranger) {
            refuse(request, stranger.error());
            return;
        }
        if (NoCall.isCall(request)) {
            begin(request, holder);
        } else {
            NoCall.refuse(request, loop);
        }
    }

    /** Who shows no key does not even learn what methods there are. */
    private Optional<KeyHolder> holder(HttpServerRequest request) {
        return loop.serving()
                .parts()
                .access()
                .filter(access -> !access.isOpen(String.valueOf(request.path())))
                .map(access -> access.holder(ShownKeys.of(request)));
    }

    private void refuse(HttpServerRequest request, InferenceError stranger) {
        if (NoCall.isCall(request)) {
            new GrpcStream(request, loop).refuse(stranger);
        } else {
            NoCall.refuse(request, loop, stranger);
        }
        FrontParts parts = loop.serving().parts();
        long nanos = parts.ticker().nanos() - FrontConnection.arrivalNanos(request);
        parts.listener().completed(strangers, null, StatusMapping.outcome(stranger), nanos);
    }

    private void begin(HttpServerRequest request, Optional<KeyHolder> holder) {
        GrpcStream stream = new GrpcStream(request, loop);
        holder.ifPresent(stream::sentBy);
        String path = String.valueOf(request.path());
        @Nullable Method method = methods.at(path);
        if (method == null) {
            stream.end(GrpcStatus.of(
                    GrpcCode.UNIMPLEMENTED, "there is no method " + InferenceException.shortened(path) + " here"));
            return;
        }
        try {
            method.begin(stream);
        } catch (InferenceException refused) {
            stream.refuse(refused.error());
        }
    }
}
