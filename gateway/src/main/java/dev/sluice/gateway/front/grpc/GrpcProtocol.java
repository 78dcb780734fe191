package dev.sluice.gateway.front.grpc;

import com.google.protobuf.Descriptors.FileDescriptor;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.http.LoopParts;

/**
 * A protocol of inference that is spoken over gRPC. Those of one port do not collide, for each has services of its own.
 *
 * @thread stateless; what it adds is confined to one front loop
 */
public interface GrpcProtocol {

    /** Adds its methods, for one front loop. */
    void addTo(GrpcMethods methods, LoopParts loop);

    /** What its calls are counted as. */
    Protocol protocol();

    /** Declares its services, for reflection and health. */
    FileDescriptor file();
}
