package dev.sluice.gateway.front.grpc;

import com.google.protobuf.Descriptors.FileDescriptor;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.grpc.wire.GrpcService;
import dev.sluice.gateway.front.http.LoopParts;

/**
 * V2: inference in one call and in a stream of many, and what is told of the server and its models.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @source Open Inference Protocol over gRPC; Triton, {@code grpc_service.proto}
 */
public final class OpenInferenceProtocol implements GrpcProtocol {

    @Override
    public void addTo(GrpcMethods methods, LoopParts loop) {
        FrontParts parts = loop.serving().parts();
        boolean modelControl = loop.options().modelControl();
        new InferenceService(parts, modelControl).addTo(methods.byPath());
        if (modelControl) {
            new RepositoryService(parts.operations()).addTo(methods.byPath());
        } else {
            RepositoryService.refuseIn(methods.byPath());
        }
        methods.addInference(InferenceService.NAME, "ModelInfer", ModelInferCodec::new);
        int mostOpen = methods.options().maxStreamRequests();
        methods.byPath()
                .put(
                        InferenceService.PATH + "ModelStreamInfer",
                        stream -> StreamInfer.begin(stream, methods.messageLimit(), mostOpen));
    }

    @Override
    public Protocol protocol() {
        return Protocol.GRPC;
    }

    @Override
    public FileDescriptor file() {
        return GrpcService.getDescriptor();
    }
}
