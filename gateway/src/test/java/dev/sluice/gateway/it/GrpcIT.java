package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.DescriptorProtos;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.util.JsonFormat;
import dev.sluice.gateway.front.grpc.wire.BadRequest;
import dev.sluice.gateway.front.grpc.wire.ErrorInfo;
import dev.sluice.gateway.front.grpc.wire.HealthCheckRequest;
import dev.sluice.gateway.front.grpc.wire.HealthCheckResponse;
import dev.sluice.gateway.front.grpc.wire.HealthCheckResponse.ServingStatus;
import dev.sluice.gateway.front.grpc.wire.InferParameter;
import dev.sluice.gateway.front.grpc.wire.ModelConfigRequest;
import dev.sluice.gateway.front.grpc.wire.ModelConfigResponse;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import dev.sluice.gateway.front.grpc.wire.ModelMetadataRequest;
import dev.sluice.gateway.front.grpc.wire.ModelMetadataResponse;
import dev.sluice.gateway.front.grpc.wire.ModelReadyRequest;
import dev.sluice.gateway.front.grpc.wire.ModelReadyResponse;
import dev.sluice.gateway.front.grpc.wire.ModelStatisticsRequest;
import dev.sluice.gateway.front.grpc.wire.ModelStatisticsResponse;
import dev.sluice.gateway.front.grpc.wire.RepositoryIndexRequest;
import dev.sluice.gateway.front.grpc.wire.RepositoryIndexResponse;
import dev.sluice.gateway.front.grpc.wire.ServerLiveRequest;
import dev.sluice.gateway.front.grpc.wire.ServerLiveResponse;
import dev.sluice.gateway.front.grpc.wire.ServerMetadataRequest;
import dev.sluice.gateway.front.grpc.wire.ServerMetadataResponse;
import dev.sluice.gateway.front.grpc.wire.ServerReadyRequest;
import dev.sluice.gateway.front.grpc.wire.ServerReadyResponse;
import dev.sluice.gateway.front.grpc.wire.ServerReflectionRequest;
import dev.sluice.gateway.front.grpc.wire.ServerReflectionResponse;
import dev.sluice.gateway.it.GrpcCaller.Reply;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.grpc.common.GrpcStatus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The gRPC front on the port of HTTP, with real models, asked by another implementation of gRPC. */
class GrpcIT {

    private static final String HEALTH = "grpc.health.v1.Health";

    private static RunningGateway gateway;
    private static GrpcCaller caller;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(Places.TEST_MODELS, "http.compress_responses=true");
        caller = new GrpcCaller(gateway.port());
    }

    @AfterAll
    static void stop() {
        caller.close();
        gateway.close();
    }

    @AfterEach
    void everyPermitIsBack() {
        gateway.awaitNothingInFlight();
        Waiting.until("no bodies", () -> gateway.metrics().value("sluice_held_body_bytes") == 0);
    }

    private static <M> M ask(String method, MessageLite message, Parser<M> parser) {
        return caller.call(GrpcCaller.INFERENCE, method, message).as(parser);
    }

    @Test
    void typedContentsAreAnsweredRaw() {
        ModelInferRequest request = GrpcRequests.sums(3, 4).toBuilder()
                .setModelVersion("1")
                .setId("mine")
                .build();
        Reply reply = caller.infer(request, "x-request-id", "abc-1");
        ModelInferResponse response = reply.as(ModelInferResponse.parser());
        assertEquals("sums", response.getModelName());
        assertEquals("1", response.getModelVersion());
        assertEquals("mine", response.getId());
        assertEquals("OUT0", response.getOutputs(0).getName());
        assertEquals(List.of(1L, 4L), response.getOutputs(0).getShapeList());
        assertEquals(7, GrpcRequests.int32(response.getRawOutputContents(0)));
        assertEquals(-1, GrpcRequests.int32(response.getRawOutputContents(1)));
        assertEquals("abc-1", reply.headers().get("x-request-id"));
    }

    @Test
    void typedAnswersForWhoAsksForThem() {
        ModelInferRequest request = GrpcRequests.sums(3, 4).toBuilder()
                .putParameters(
                        "binary_data_output",
                        InferParameter.newBuilder().setBoolParam(false).build())
                .build();
        ModelInferResponse response = caller.infer(request).as(ModelInferResponse.parser());
        assertEquals(0, response.getRawOutputContentsCount());
        assertEquals(List.of(7, 7, 7, 7), response.getOutputs(0).getContents().getIntContentsList());
    }

    /** Larger than a frame, a window and a slice. The client says by itself that it reads gzip. */
    @ParameterizedTest
    @ValueSource(strings = {"identity", "gzip"})
    void largeTensorsBothWays(String coding) {
        float[] row = new float[300_000];
        row[0] = 0.25f;
        var request = caller.open(GrpcCaller.INFERENCE, "ModelInfer");
        request.encoding(coding);
        Future<Reply> answer = GrpcCaller.reply(request);
        request.end(Buffer.buffer(GrpcRequests.echo(row).toByteArray()));
        Reply reply = Waiting.await(answer);
        ByteString raw = reply.as(ModelInferResponse.parser()).getRawOutputContents(0);
        assertEquals(row.length * Float.BYTES, raw.size());
        assertEquals(0.25f, GrpcRequests.fp32(raw));
        assertEquals("gzip", reply.headers().get("grpc-encoding"));
    }

    private static void assertRefused(Reply reply, GrpcStatus status, String reason, String... words) {
        assertEquals(status, reply.status(), reply.message());
        assertEquals(0, reply.messages().size());
        for (String word : words) {
            assertTrue(reply.message().contains(word), reply.message());
        }
        assertEquals(status.code, reply.details().getCode());
        assertEquals(reply.message(), reply.details().getMessage());
        ErrorInfo info = unpack(reply, 0, ErrorInfo.class);
        assertEquals(reason, info.getReason());
        assertEquals("sluice", info.getDomain());
    }

    static <M extends Message> M unpack(Reply reply, int index, Class<M> type) {
        try {
            return reply.details().getDetails(index).unpack(type);
        } catch (InvalidProtocolBufferException broken) {
            throw new AssertionError(broken);
        }
    }

    @Test
    void mistakesSayWhatIsWrongAndWhere() {
        ModelInferRequest sums = GrpcRequests.sums(1, 2);
        assertRefused(
                caller.infer(sums.toBuilder().setModelName("nob\u00f6dy 100%").build()),
                GrpcStatus.NOT_FOUND,
                "UNKNOWN_MODEL",
                "nob\u00f6dy 100%");
        assertRefused(
                caller.infer(sums.toBuilder().setModelVersion("9").build()),
                GrpcStatus.NOT_FOUND,
                "UNKNOWN_MODEL",
                "9");
        Reply wrong = caller.infer(sums.toBuilder()
                .setInputs(0, sums.getInputs(0).toBuilder().setDatatype("FP32"))
                .build());
        assertRefused(wrong, GrpcStatus.INVALID_ARGUMENT, "INVALID_REQUEST", "inputs[0].datatype", "INT32");
        BadRequest detail = unpack(wrong, 1, BadRequest.class);
        assertEquals("inputs[0].datatype", detail.getFieldViolations(0).getField());
        assertRefused(caller.infer(ModelInferRequest.getDefaultInstance()), GrpcStatus.NOT_FOUND, "UNKNOWN_MODEL");
        assertRefused(
                caller.infer(sums, "grpc-timeout", "soon"),
                GrpcStatus.INVALID_ARGUMENT,
                "INVALID_REQUEST",
                "grpc-timeout");
        assertRefused(
                caller.infer(sums, "grpc-encoding", "snappy"),
                GrpcStatus.UNIMPLEMENTED,
                "UNSUPPORTED_MEDIA_TYPE",
                "snappy",
                "gzip");
    }

    @Test
    void whatIsNotServedSaysSo() {
        for (String method : List.of("TraceSetting", "Nothing")) {
            Reply reply = caller.call(GrpcCaller.INFERENCE, method, ServerLiveRequest.getDefaultInstance());
            assertEquals(GrpcStatus.UNIMPLEMENTED, reply.status());
            assertTrue(reply.message().contains("/" + GrpcCaller.INFERENCE + "/" + method), reply.message());
        }
    }

    @Test
    void deadlinesOfTheClient() {
        Reply reply = caller.infer(GrpcRequests.slow(40_000), "grpc-timeout", "50m");
        assertRefused(reply, GrpcStatus.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED");
        assertFalse(reply.metadata("grpc-retry-pushback-ms").isPresent());
    }

    @Test
    void theServerAndItsModels() {
        assertTrue(ask("ServerLive", ServerLiveRequest.getDefaultInstance(), ServerLiveResponse.parser())
                .getLive());
        assertTrue(ask("ServerReady", ServerReadyRequest.getDefaultInstance(), ServerReadyResponse.parser())
                .getReady());
        ServerMetadataResponse server =
                ask("ServerMetadata", ServerMetadataRequest.getDefaultInstance(), ServerMetadataResponse.parser());
        JsonObject inJson = new JsonObject(gateway.get("/v2").body());
        assertEquals(inJson.getString("name"), server.getName());
        assertEquals(inJson.getJsonArray("extensions").getList(), List.copyOf(server.getExtensionsList()));
        ModelMetadataResponse model = ask(
                "ModelMetadata",
                ModelMetadataRequest.newBuilder().setName("sums").build(),
                ModelMetadataResponse.parser());
        assertEquals(List.of("1"), List.copyOf(model.getVersionsList()));
        assertEquals("INT32", model.getInputs(1).getDatatype());
        assertEquals(List.of(-1L, 4L), model.getInputs(1).getShapeList());
        RepositoryIndexResponse index =
                ask("RepositoryIndex", RepositoryIndexRequest.getDefaultInstance(), RepositoryIndexResponse.parser());
        assertTrue(index.getModelsList().stream()
                .anyMatch(
                        each -> each.getName().equals("sums") && each.getState().equals("READY")));
    }

    @Test
    void modelsAreReadyOrNot() {
        assertTrue(isReady("sums", ""));
        assertTrue(isReady("sums", "1"));
        assertFalse(isReady("sums", "2"));
        assertFalse(isReady("nobody", ""));
    }

    private static boolean isReady(String name, String version) {
        var asked = ModelReadyRequest.newBuilder().setName(name).setVersion(version);
        return ask("ModelReady", asked.build(), ModelReadyResponse.parser()).getReady();
    }

    /** Both fronts say the same, each in its form. */
    @Test
    void theConfigurationOfHttpAndOfGrpcAgree() throws Exception {
        for (String name : List.of("sums", "slow", "words")) {
            ModelConfigResponse config = ask(
                    "ModelConfig", ModelConfigRequest.newBuilder().setName(name).build(), ModelConfigResponse.parser());
            JsonObject http =
                    new JsonObject(gateway.get("/v2/models/" + name + "/config").body());
            JsonObject grpc = new JsonObject(
                    JsonFormat.printer().preservingProtoFieldNames().print(config.getConfig()));
            assertEquals(http.getString("name"), grpc.getString("name"));
            assertEquals(http.getInteger("max_batch_size", 0), grpc.getInteger("max_batch_size", 0));
            assertEquals(http.getJsonArray("instance_group"), grpc.getJsonArray("instance_group"));
            assertEquals(http.getJsonObject("version_policy"), grpc.getJsonObject("version_policy"));
            assertEquals(
                    http.getJsonArray("output").getJsonObject(0).getString("data_type"),
                    grpc.getJsonArray("output").getJsonObject(0).getString("data_type"));
            assertEquals(http.containsKey("dynamic_batching"), grpc.containsKey("dynamic_batching"));
        }
    }

    @Test
    void statisticsAndMetersCountWhateverTheFront() {
        var asked = ModelStatisticsRequest.newBuilder().setName("pick").build();
        long before = ask("ModelStatistics", asked, ModelStatisticsResponse.parser())
                .getModelStats(0)
                .getInferenceStats()
                .getFail()
                .getCount();
        double meters = gateway.metrics().value("sluice_requests_total", "protocol=\"grpc\"", "model=\"pick\"");
        gateway.infer("pick", "{}");
        caller.infer(ModelInferRequest.newBuilder().setModelName("pick").build());
        long after = ask("ModelStatistics", asked, ModelStatisticsResponse.parser())
                .getModelStats(0)
                .getInferenceStats()
                .getFail()
                .getCount();
        assertEquals(2, after - before);
        assertEquals(
                1, gateway.metrics().value("sluice_requests_total", "protocol=\"grpc\"", "model=\"pick\"") - meters);
        assertEquals(
                6,
                ask("ModelStatistics", ModelStatisticsRequest.getDefaultInstance(), ModelStatisticsResponse.parser())
                        .getModelStatsList()
                        .stream()
                        .filter(model -> List.of("echo", "halves", "pick", "slow", "sums", "words")
                                .contains(model.getName()))
                        .count());
    }

    @Test
    void health() {
        assertEquals(
                ServingStatus.SERVING,
                check("").as(HealthCheckResponse.parser()).getStatus());
        assertEquals(
                ServingStatus.SERVING,
                check(GrpcCaller.INFERENCE).as(HealthCheckResponse.parser()).getStatus());
        assertEquals(
                ServingStatus.SERVING,
                check("sums").as(HealthCheckResponse.parser()).getStatus());
        assertEquals(GrpcStatus.NOT_FOUND, check("nobody").status());
    }

    private static Reply check(String service) {
        return caller.call(
                HEALTH,
                "Check",
                HealthCheckRequest.newBuilder().setService(service).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v1alpha"})
    void reflection(String version) throws Exception {
        String service = "grpc.reflection." + version + ".ServerReflection";
        var list = ServerReflectionRequest.newBuilder().setListServices("").build();
        ServerReflectionResponse services =
                caller.call(service, "ServerReflectionInfo", list).as(ServerReflectionResponse.parser());
        assertEquals(
                List.of(GrpcCaller.INFERENCE, HEALTH, "grpc.reflection.v1.ServerReflection"),
                services.getListServicesResponse().getServiceList().stream()
                        .map(each -> each.getName())
                        .toList());
        var symbol = ServerReflectionRequest.newBuilder().setFileContainingSymbol(GrpcCaller.INFERENCE);
        ServerReflectionResponse files =
                caller.call(service, "ServerReflectionInfo", symbol.build()).as(ServerReflectionResponse.parser());
        var names = new ArrayList<String>();
        for (ByteString file : files.getFileDescriptorResponse().getFileDescriptorProtoList()) {
            names.add(DescriptorProtos.FileDescriptorProto.parseFrom(file).getName());
        }
        assertEquals(List.of("inference/grpc_service.proto", "inference/model_config.proto"), names);
        var unknown = ServerReflectionRequest.newBuilder().setFileContainingSymbol("nobody.Nothing");
        assertEquals(
                5,
                caller.call(service, "ServerReflectionInfo", unknown.build())
                        .as(ServerReflectionResponse.parser())
                        .getErrorResponse()
                        .getErrorCode());
    }
}
