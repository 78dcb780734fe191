package dev.sluice.gateway.front.grpc;

import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.ServerState;
import dev.sluice.gateway.front.grpc.wire.ModelConfigRequest;
import dev.sluice.gateway.front.grpc.wire.ModelConfigResponse;
import dev.sluice.gateway.front.grpc.wire.ModelMetadataRequest;
import dev.sluice.gateway.front.grpc.wire.ModelMetadataResponse;
import dev.sluice.gateway.front.grpc.wire.ModelMetadataResponse.TensorMetadata;
import dev.sluice.gateway.front.grpc.wire.ModelReadyRequest;
import dev.sluice.gateway.front.grpc.wire.ModelReadyResponse;
import dev.sluice.gateway.front.grpc.wire.ModelStatisticsRequest;
import dev.sluice.gateway.front.grpc.wire.ModelStatisticsResponse;
import dev.sluice.gateway.front.grpc.wire.RepositoryIndexRequest;
import dev.sluice.gateway.front.grpc.wire.RepositoryIndexResponse;
import dev.sluice.gateway.front.grpc.wire.RepositoryIndexResponse.ModelIndex;
import dev.sluice.gateway.front.grpc.wire.ServerLiveRequest;
import dev.sluice.gateway.front.grpc.wire.ServerLiveResponse;
import dev.sluice.gateway.front.grpc.wire.ServerMetadataRequest;
import dev.sluice.gateway.front.grpc.wire.ServerMetadataResponse;
import dev.sluice.gateway.front.grpc.wire.ServerReadyRequest;
import dev.sluice.gateway.front.grpc.wire.ServerReadyResponse;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What {@code inference.GRPCInferenceService} says of the server and its models.
 *
 * @thread confined to one front loop
 * @errors UnknownModel, ModelNotReady
 * @source Open Inference Protocol over gRPC; Triton, {@code grpc_service.proto}
 */
final class InferenceService {

    static final String NAME = "inference.GRPCInferenceService";

    /** Before the name of each of its methods. */
    static final String PATH = "/" + NAME + "/";

    private final FrontParts parts;
    private final boolean modelControl;

    /** @param modelControl whether models may be loaded and unloaded here */
    InferenceService(FrontParts parts, boolean modelControl) {
        this.parts = parts;
        this.modelControl = modelControl;
    }

    void addTo(Map<String, GrpcFront.Method> methods) {
        add(methods, "ServerLive", ServerLiveRequest.parser(), asked -> live());
        add(methods, "ServerReady", ServerReadyRequest.parser(), asked -> ready());
        add(methods, "ModelReady", ModelReadyRequest.parser(), this::modelReady);
        add(methods, "ServerMetadata", ServerMetadataRequest.parser(), asked -> serverMetadata());
        add(methods, "ModelMetadata", ModelMetadataRequest.parser(), this::modelMetadata);
        add(methods, "ModelConfig", ModelConfigRequest.parser(), this::modelConfig);
        add(methods, "ModelStatistics", ModelStatisticsRequest.parser(), this::modelStatistics);
        add(methods, "RepositoryIndex", RepositoryIndexRequest.parser(), this::repositoryIndex);
    }

    private static <Q extends MessageLite> void add(
            Map<String, GrpcFront.Method> methods, String name, Parser<Q> parser, Function<Q, MessageLite> answer) {
        methods.put(PATH + name, UnaryMethod.atOnce(parser, answer));
    }

    private static RequestedModel requested(String name, String version) {
        return new RequestedModel(name, version.isEmpty() ? null : version);
    }

    private static ServerLiveResponse live() {
        return ServerLiveResponse.newBuilder().setLive(true).build();
    }

    private ServerReadyResponse ready() {
        return ServerReadyResponse.newBuilder()
                .setReady(ServerState.isReady(parts))
                .build();
    }

    /** A model that is not there is not ready either: it is no error to ask. */
    private ModelReadyResponse modelReady(ModelReadyRequest asked) {
        boolean ready;
        try {
            ServerState.answering(parts, requested(asked.getName(), asked.getVersion()));
            ready = true;
        } catch (InferenceException refused) {
            ready = false;
        }
        return ModelReadyResponse.newBuilder().setReady(ready).build();
    }

    private ServerMetadataResponse serverMetadata() {
        return ServerMetadataResponse.newBuilder()
                .setName(ServerState.NAME)
                .setVersion(parts.version())
                .addAllExtensions(ServerState.extensions(modelControl))
                .build();
    }

    private ModelMetadataResponse modelMetadata(ModelMetadataRequest asked) {
        ModelEndpoint endpoint = requested(asked.getName(), asked.getVersion()).in(parts.models());
        Description description = endpoint.description();
        ModelMetadataResponse.Builder metadata = ModelMetadataResponse.newBuilder()
                .setName(endpoint.model().name())
                .setPlatform(description.platform());
        for (ModelReport report : parts.models().ready(endpoint.model().name())) {
            metadata.addVersions(Long.toString(report.model().version()));
        }
        description.signature().inputs().forEach(spec -> metadata.addInputs(metadata(spec)));
        description.signature().outputs().forEach(spec -> metadata.addOutputs(metadata(spec)));
        return metadata.build();
    }

    private static TensorMetadata metadata(TensorSpec spec) {
        TensorMetadata.Builder tensor = TensorMetadata.newBuilder()
                .setName(spec.name())
                .setDatatype(spec.dataType().name());
        for (long dimension : spec.shape().dimensions()) {
            tensor.addShape(dimension);
        }
        return tensor.build();
    }

    private ModelConfigResponse modelConfig(ModelConfigRequest asked) {
        ModelEndpoint endpoint = requested(asked.getName(), asked.getVersion()).in(parts.models());
        return ModelConfigResponse.newBuilder()
                .setConfig(ConfigMessage.of(
                        endpoint, parts.models().policy(endpoint.model().name())))
                .build();
    }

    private ModelStatisticsResponse modelStatistics(ModelStatisticsRequest asked) {
        List<ModelId> models = asked.getName().isEmpty()
                ? ServerState.ready(parts.models().all())
                : ServerState.counted(parts, requested(asked.getName(), asked.getVersion()));
        ModelStatisticsResponse.Builder answer = ModelStatisticsResponse.newBuilder();
        for (ModelId model : models) {
            answer.addModelStats(StatisticsMessage.of(model, parts.statistics().of(model)));
        }
        return answer.build();
    }

    private RepositoryIndexResponse repositoryIndex(RepositoryIndexRequest asked) {
        RepositoryIndexResponse.Builder index = RepositoryIndexResponse.newBuilder();
        for (ModelReport report : parts.models().all()) {
            if (!asked.getReady() || report.takesRequests()) {
                index.addModels(ModelIndex.newBuilder()
                        .setName(report.model().name())
                        .setVersion(Long.toString(report.model().version()))
                        .setState(ServerState.indexWord(report.state()))
                        .setReason(report.reason()));
            }
        }
        return index.build();
    }
}
