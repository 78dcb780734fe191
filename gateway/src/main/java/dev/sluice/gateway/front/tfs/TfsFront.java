package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.grpc.GrpcFront;
import dev.sluice.gateway.front.grpc.GrpcOptions;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.OtherProtocol;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileDocument;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.tfs.grpc.TfsProtocol;
import java.util.List;
import java.util.Optional;

/**
 * TensorFlow Serving: its REST interface, which is everything below {@code /v1}, and its gRPC.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @source TensorFlow Serving, RESTful API
 */
public final class TfsFront implements ProfileFront {

    private static final String PATHS = "(?i)/v1(?:/.*)?";
    private static final ProfileDocument DOCUMENT = ProfileDocument.read(Profile.TENSORFLOW_SERVING);

    private final GrpcOptions grpc;

    public TfsFront(GrpcOptions grpc) {
        this.grpc = grpc;
    }

    @Override
    public void addTo(RouteTable table, LoopParts loop) {
        DOCUMENT.addTo(table, loop.exchanges());
        table.under(PATHS, "GET, HEAD, POST, OPTIONS", new TfsHandler(loop));
    }

    @Override
    public Optional<OtherProtocol> other(LoopParts loop) {
        return Optional.of(new GrpcFront(loop, grpc, List.of(new TfsProtocol()), opened -> {}));
    }
}
