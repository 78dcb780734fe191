package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.gateway.front.grpc.wire.HealthCheckRequest;
import dev.sluice.gateway.front.grpc.wire.HealthCheckResponse;
import dev.sluice.gateway.front.grpc.wire.HealthCheckResponse.ServingStatus;
import dev.sluice.gateway.front.grpc.wire.ListServiceResponse;
import dev.sluice.gateway.front.grpc.wire.ServerLiveRequest;
import dev.sluice.gateway.front.grpc.wire.ServerReflectionRequest;
import dev.sluice.gateway.front.grpc.wire.ServerReflectionResponse;
import dev.sluice.gateway.front.tfs.grpc.wire.DataType;
import dev.sluice.gateway.front.tfs.grpc.wire.ModelSpec;
import dev.sluice.gateway.front.tfs.grpc.wire.PredictRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.PredictResponse;
import dev.sluice.gateway.front.tfs.grpc.wire.TensorProto;
import dev.sluice.gateway.front.tfs.grpc.wire.TensorShapeProto;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** TensorFlow Serving's gRPC answers as recorded, beside V2 and on a port of its own, and what holds for ModelInfer holds there. */
class TensorFlowGrpcIT {

    private static final String PAIRS = "tensorflow-serving-grpc.txt";
    private static final String PREDICTION = "tensorflow.serving.PredictionService";
    private static final int FEWEST = 40;

    @TempDir
    static Path models;

    private static RunningGateway gateway;
    private static GrpcCaller beside;
    private static GrpcCaller alone;

    @BeforeAll
    static void start() {
        Repository repository = CompatModels.in(models);
        repository.with("slow");
        gateway = RunningGateway.start(
                repository.root(),
                "worker.instances=1",
                "worker.give_up_after=10ms",
                "http.max_body_size=2MiB",
                "admission.client_header=X-Client",
                "limits.clients=[\"greedy: 1 requests/h\"]",
                "compat.profile=tensorflow-serving",
                "compat.listeners=[\"tensorflow-serving: 0\", \"kserve-v1: 0\"]");
        beside = new GrpcCaller(gateway.port());
        alone = new GrpcCaller(gateway.profilePort(0));
    }

    @AfterAll
    static void stop() {
        beside.close();
        alone.close();
        gateway.awaitNothingInFlight();
        gateway.close();
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedBesideV2() throws IOException {
        return RecordedCalls.tests(RecordedCalls.read(PAIRS), beside);
    }

    @TestFactory
    Stream<DynamicTest> answersAsRecordedOnItsOwnPort() throws IOException {
        return RecordedCalls.tests(RecordedCalls.read(PAIRS), alone);
    }

    @Test
    void thereAreMany() throws IOException {
        List<RecordedCalls> calls = RecordedCalls.read(PAIRS);
        assertTrue(calls.size() >= FEWEST, calls.size() + " calls");
    }

    private static PredictRequest halves(float... values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setDtype(DataType.DT_FLOAT)
                .setTensorShape(TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(values.length)));
        for (float value : values) {
            tensor.addFloatVal(value);
        }
        return predict("half_plus_two").putInputs("x", tensor.build()).build();
    }

    private static PredictRequest.Builder predict(String model) {
        return PredictRequest.newBuilder().setModelSpec(ModelSpec.newBuilder().setName(model));
    }

    private static PredictRequest slow() {
        TensorShapeProto one = TensorShapeProto.newBuilder()
                .addDim(TensorShapeProto.Dim.newBuilder().setSize(1))
                .build();
        return predict("slow")
                .putInputs(
                        "x",
                        TensorProto.newBuilder()
                                .setDtype(DataType.DT_FLOAT)
                                .setTensorShape(one)
                                .addFloatVal(1)
                                .build())
                .putInputs(
                        "steps",
                        TensorProto.newBuilder()
                                .setDtype(DataType.DT_INT64)
                                .setTensorShape(one)
                                .addInt64Val(100_000_000)
                                .build())
                .build();
    }

    @Test
    void aMessageInManyPiecesIsReadAsOneInOne() {
        float[] many = new float[200_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = i;
        }
        TensorProto row = halves(many).getInputsOrThrow("x").toBuilder()
                .setTensorShape(TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(1))
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(many.length)))
                .build();
        PredictRequest request = predict("echo").putInputs("x", row).build();
        PredictResponse answer = alone.call(PREDICTION, "Predict", request).as(PredictResponse.parser());
        assertEquals(row.getFloatValList(), answer.getOutputsOrThrow("y").getFloatValList());
    }

    @Test
    void whatIsNoMessageIsRefusedInOurWords() {
        Map<String, String> places =
                Map.of("Predict", "model_spec", "Classify", "model_spec", "GetModelMetadata", "message");
        places.forEach((method, place) -> {
            var call = alone.open(PREDICTION, method);
            Future<GrpcCaller.Reply> reply = GrpcCaller.reply(call);
            call.end(Buffer.buffer(new byte[] {10, 127, 1}));
            GrpcCaller.Reply refused = Waiting.await(reply);
            assertEquals(GrpcStatus.INVALID_ARGUMENT, refused.status(), method);
            assertEquals(
                    place + ": is not well-formed protobuf: it is cut short, has text that is not UTF-8, or is no"
                            + " message of this kind",
                    refused.message());
        });
    }

    @Test
    void aMessageThatIsTooLongIsNotRead() {
        ByteString long1 = ByteString.copyFrom(new byte[3 << 20]);
        PredictRequest request = predict("half_plus_two")
                .putInputs("x", TensorProto.newBuilder().setTensorContent(long1).build())
                .build();
        assertEquals(
                GrpcStatus.RESOURCE_EXHAUSTED,
                alone.call(PREDICTION, "Predict", request).status());
    }

    @Test
    void theDeadlineOfTheCallHolds() {
        GrpcCaller.Reply late = alone.call(PREDICTION, "Predict", slow(), "grpc-timeout", "200m");
        assertEquals(GrpcStatus.DEADLINE_EXCEEDED, late.status());
        gateway.awaitNothingInFlight();
    }

    @Test
    void aCallThatIsCancelledLeavesNothingBehind() {
        double before = cancelled();
        var call = alone.open(PREDICTION, "Predict");
        call.response().onFailure(gone -> {});
        Waiting.await(call.end(Buffer.buffer(slow().toByteArray())));
        Waiting.until("in flight", () -> gateway.metrics().value("sluice_in_flight_requests") >= 1);
        call.cancel();
        gateway.awaitNothingInFlight();
        Waiting.until("counted", () -> cancelled() == before + 1);
    }

    private static double cancelled() {
        return gateway.metrics()
                .value("sluice_requests_total", "protocol=\"tensorflow_serving_grpc\"", "outcome=\"cancelled\"");
    }

    @Test
    void quotasAreSharedWithV2() {
        assertEquals(
                GrpcStatus.OK,
                alone.call(PREDICTION, "Predict", halves(1), "x-client", "greedy")
                        .status());
        GrpcCaller.Reply refused = alone.call(PREDICTION, "Predict", halves(1), "x-client", "greedy");
        assertEquals(GrpcStatus.RESOURCE_EXHAUSTED, refused.status());
        assertTrue(refused.metadata("grpc-retry-pushback-ms").isPresent(), refused.toString());
    }

    @Test
    void callsShareBatchesWithRest() {
        List<Future<GrpcCaller.Reply>> calls = IntStream.range(0, 100)
                .mapToObj(i -> (i % 2 == 0 ? alone : beside).callLater(PREDICTION, "Predict", halves(i)))
                .toList();
        for (int i = 0; i < calls.size(); i++) {
            PredictResponse answer = Waiting.await(calls.get(i)).as(PredictResponse.parser());
            assertEquals(List.of(i / 2f + 2), answer.getOutputsOrThrow("y").getFloatValList());
        }
    }

    @Test
    void healthIsToldOfItsServices() {
        for (GrpcCaller each : List.of(beside, alone)) {
            HealthCheckResponse health = each.call(
                            "grpc.health.v1.Health",
                            "Check",
                            HealthCheckRequest.newBuilder()
                                    .setService(PREDICTION)
                                    .build())
                    .as(HealthCheckResponse.parser());
            // NOT_SERVING would be said while a model is loaded: one of these cannot be, and the others work
            assertEquals(ServingStatus.SERVING, health.getStatus());
        }
    }

    @Test
    void eachPortServesItsOwnServices() {
        assertEquals(
                List.of(
                        PREDICTION,
                        "tensorflow.serving.ModelService",
                        "grpc.health.v1.Health",
                        "grpc.reflection.v1.ServerReflection"),
                services(alone));
        assertTrue(services(beside).contains(GrpcCaller.INFERENCE));
        assertTrue(services(beside).contains(PREDICTION));
        assertEquals(
                GrpcStatus.UNIMPLEMENTED,
                alone.call(GrpcCaller.INFERENCE, "ServerLive", ServerLiveRequest.getDefaultInstance())
                        .status());
        try (GrpcCaller kserve = new GrpcCaller(gateway.profilePort(1))) {
            boolean answered = Waiting.await(kserve.callLater(PREDICTION, "Predict", halves(1))
                    .map(reply -> reply.status() == GrpcStatus.OK)
                    .otherwise(false));
            assertFalse(answered, "a port that speaks another protocol");
        }
    }

    private static List<String> services(GrpcCaller caller) {
        ListServiceResponse services = caller.call(
                        "grpc.reflection.v1.ServerReflection",
                        "ServerReflectionInfo",
                        ServerReflectionRequest.newBuilder().setListServices("").build())
                .as(ServerReflectionResponse.parser())
                .getListServicesResponse();
        return services.getServiceList().stream().map(each -> each.getName()).toList();
    }
}
