package dev.sluice.gateway.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.gateway.front.grpc.wire.InferParameter;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferInputTensor;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import dev.sluice.gateway.front.grpc.wire.ModelStreamInferResponse;
import dev.sluice.gateway.it.GrpcCaller.Reply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.grpc.common.GrpcStatus;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Answers in parts over gRPC, and how Triton's clients are told that a request is over. */
class GrpcPartsIT {

    private static final int MAX_ROWS = 4;
    private static final String FINAL = "triton_final_response";
    private static final InferParameter YES =
            InferParameter.newBuilder().setBoolParam(true).build();
    private static RunningGateway gateway;
    private static GrpcCaller caller;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.start(
                Places.TEST_MODELS,
                "worker.instances=2",
                "worker.max_batch_rows=" + MAX_ROWS,
                "admission.request_timeout=1h", // nothing here is refused because the machine has other things to do
                "admission.max_request_timeout=1h");
        caller = new GrpcCaller(gateway.port());
    }

    @AfterAll
    static void stop() {
        caller.close();
        gateway.close();
    }

    /** Rows of echo: 0, 1, 2 and so on. */
    private static ModelInferRequest echo(int rows, String... parameters) {
        ByteBuffer bytes = ByteBuffer.allocate(rows * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            bytes.putFloat(row);
        }
        InferInputTensor.Builder x =
                InferInputTensor.newBuilder().setName("x").setDatatype("FP32").addShape(rows);
        return request("echo", x.addShape(1), bytes.flip(), parameters);
    }

    private static ModelInferRequest request(
            String model, InferInputTensor.Builder input, ByteBuffer data, String... parameters) {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder()
                .setModelName(model)
                .setId("r")
                .addInputs(input)
                .addRawInputContents(ByteString.copyFrom(data));
        for (String parameter : parameters) {
            request.putParameters(parameter, YES);
        }
        return request.build();
    }

    /** All that one request on a stream of its own is answered. */
    private static List<ModelStreamInferResponse> stream(ModelInferRequest request) {
        var stream = caller.open(GrpcCaller.INFERENCE, "ModelStreamInfer");
        Future<Reply> reply = GrpcCaller.reply(stream);
        stream.end(Buffer.buffer(request.toByteArray()));
        Reply all = Waiting.await(reply);
        assertEquals(GrpcStatus.OK, all.status());
        return all.messages().stream()
                .map(message -> GrpcCaller.parse(ModelStreamInferResponse.parser(), message))
                .toList();
    }

    private static boolean isFinal(ModelStreamInferResponse answer) {
        return answer.getInferResponse().getParametersOrThrow(FINAL).getBoolParam();
    }

    private static int count(ModelInferResponse response, String parameter) {
        return (int) response.getParametersOrThrow(parameter).getInt64Param();
    }

    /** The rows that these answer, each of which must be answered once, with what was asked. */
    private static int rowsOf(List<ModelStreamInferResponse> answers) {
        BitSet rows = new BitSet();
        for (ModelStreamInferResponse answer : answers) {
            ModelInferResponse response = answer.getInferResponse();
            assertEquals("r", response.getId());
            assertEquals(count(response, "rows"), response.getOutputs(0).getShape(0));
            ByteBuffer data =
                    response.getRawOutputContents(0).asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
            for (int i = 0; i < count(response, "rows"); i++) {
                int row = count(response, "row") + i;
                assertFalse(rows.get(row), "answered twice");
                rows.set(row);
                assertEquals(row, data.getFloat());
            }
        }
        return rows.cardinality();
    }

    @Test
    void everyRowIsAnsweredOnceAndTheLastPartIsFinal() {
        List<ModelStreamInferResponse> answers = stream(echo(4 * MAX_ROWS + 2, "parts"));
        assertEquals(5, answers.size());
        assertEquals(4 * MAX_ROWS + 2, rowsOf(answers));
        assertEquals(
                List.of(false, false, false, false, true),
                answers.stream().map(GrpcPartsIT::isFinal).toList());
    }

    @Test
    void anEmptyResponseEndsPartsForWhoWantsThat() {
        for (int rows : List.of(1, 2 * MAX_ROWS)) {
            List<ModelStreamInferResponse> answers = stream(echo(rows, "parts", "triton_enable_empty_final_response"));
            ModelStreamInferResponse end = answers.getLast();
            assertTrue(isFinal(end));
            ModelInferResponse empty = end.getInferResponse();
            assertEquals(
                    List.of("r", "echo", "1"), List.of(empty.getId(), empty.getModelName(), empty.getModelVersion()));
            assertEquals(0, empty.getOutputsCount());
            assertEquals(Set.of(FINAL), empty.getParametersMap().keySet());
            List<ModelStreamInferResponse> parts = answers.subList(0, answers.size() - 1);
            assertTrue(parts.stream().noneMatch(GrpcPartsIT::isFinal));
            assertEquals(rows, rowsOf(parts));
        }
    }

    /** As Triton has it for a model that gives one response to a request, whatever is asked. */
    @Test
    void oneResponseIsTheFinalOne() {
        for (String asked : List.of("mine", "triton_enable_empty_final_response")) {
            List<ModelStreamInferResponse> answers = stream(echo(2 * MAX_ROWS, asked));
            assertEquals(1, answers.size());
            assertTrue(isFinal(answers.getFirst()));
            assertEquals(1, answers.getFirst().getInferResponse().getOutputsCount());
        }
        List<ModelStreamInferResponse> wrong =
                stream(echo(1).toBuilder().setModelName("nobody").build());
        assertTrue(isFinal(wrong.getFirst()), "an error ends a request too");
    }

    /** The index of the last row is none. */
    @Test
    void anErrorAfterPartsEndsTheRequest() {
        int rows = 6 * MAX_ROWS;
        ByteBuffer indexes = ByteBuffer.allocate(rows * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        indexes.putLong((rows - 1) * Long.BYTES, 1_000_000);
        InferInputTensor.Builder input = InferInputTensor.newBuilder()
                .setName("index")
                .setDatatype("INT64")
                .addShape(rows);
        List<ModelStreamInferResponse> answers =
                stream(request("pick", input, indexes, "parts", "triton_enable_empty_final_response"));
        assertTrue(answers.size() > 1, "parts came before");
        assertFalse(answers.getLast().getErrorMessage().isEmpty());
        assertEquals(1, answers.stream().filter(GrpcPartsIT::isFinal).count());
        assertTrue(isFinal(answers.getLast()));
        gateway.awaitNothingInFlight();
    }

    @Test
    void aClientThatGoesBetweenPartsLeavesNothingBehind() {
        var stream = caller.open(GrpcCaller.INFERENCE, "ModelStreamInfer");
        Promise<Buffer> first = Promise.promise();
        stream.response().onFailure(first::tryFail).onSuccess(response -> response.handler(first::tryComplete));
        Waiting.await(stream.write(Buffer.buffer(echo(2_000 * MAX_ROWS, "parts").toByteArray())));
        assertFalse(isFinal(GrpcCaller.parse(ModelStreamInferResponse.parser(), Waiting.await(first.future()))));
        stream.cancel();
        gateway.awaitNothingInFlight();
        Waiting.until("no bodies", () -> gateway.metrics().value("sluice_held_body_bytes") == 0);
        Waiting.until("nothing unsent", () -> gateway.metrics().value("sluice_unsent_bytes") == 0);
    }

    @Test
    void aUnaryCallHasOneAnswer() {
        Reply refused = caller.infer(echo(1, "parts"));
        assertEquals(GrpcStatus.INVALID_ARGUMENT, refused.status());
        assertTrue(refused.message().startsWith("parameters.parts: "), refused.message());
        assertTrue(refused.message().contains("ModelStreamInfer"), refused.message());
        ModelInferResponse answer =
                caller.infer(echo(1, "triton_enable_empty_final_response")).as(ModelInferResponse.parser());
        assertEquals(0, answer.getParametersCount());
    }

    @Test
    void saysWhereTheTimeWentToWhoAsks() {
        ModelInferResponse unary = caller.infer(echo(3, "timing")).as(ModelInferResponse.parser());
        assertEquals(3, count(unary, "batch_rows"));
        assertTrue(count(unary, "infer_ns") > 0);
        assertTrue(count(unary, "queue_ns") > 0);
        assertTrue(unary.containsParameters("batch_ns"));
        Reply told = caller.infer(echo(3), "sluice-timing", "1");
        String timing = told.metadata("server-timing").orElseThrow();
        assertTrue(timing.contains("3 rows"), timing);
        assertTrue(caller.infer(echo(3)).metadata("server-timing").isEmpty());
        ModelInferResponse streamed = stream(echo(3, "timing")).getFirst().getInferResponse();
        assertEquals(3, count(streamed, "batch_rows"));
    }
}
