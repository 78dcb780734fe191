package dev.sluice.gateway.front.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.gateway.front.grpc.wire.InferParameter;
import dev.sluice.gateway.front.grpc.wire.ModelInferResponse;
import dev.sluice.gateway.front.grpc.wire.ModelStreamInferResponse;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.RandomTensors;
import dev.sluice.gateway.front.v2.WantedOutput;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Rows;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What our encoder writes, generated classes read as it was meant. */
class InferMessageEncoderTest {

    private static final List<DataType> TYPES = List.of(DataType.values());
    private static final int SEEDS = 300;
    private static final Description MODEL =
            new Description("test", Messages.one(DataType.FP32, 1), List.of("cat", "dog"), 8, 1, "nowhere");

    private static final ModelId MODEL_ID = new ModelId("m\u00fc", 12);

    private static InferenceResponse response(List<Tensor> outputs) {
        return new InferenceResponse(MODEL_ID, outputs, new Timing(0, 0, 0, 1, 0));
    }

    private static byte[] message(List<ByteBuffer> pieces) {
        int length = pieces.stream().mapToInt(ByteBuffer::remaining).sum();
        ByteBuffer joined = ByteBuffer.allocate(length);
        pieces.forEach(piece -> joined.put(piece.duplicate()));
        assertEquals(0, joined.get(0), "not compressed");
        assertEquals(length - GrpcFraming.PREFIX_BYTES, joined.getInt(1), "the length before the message");
        return Arrays.copyOfRange(joined.array(), GrpcFraming.PREFIX_BYTES, length);
    }

    private static List<Tensor> outputs(Random random, boolean raw) {
        List<Tensor> outputs = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            DataType type = TYPES.get(random.nextInt(TYPES.size()));
            boolean halves = type == DataType.FP16 || type == DataType.BF16;
            Shape shape = random.nextInt(5) == 0 ? Shape.SCALAR : new Shape(random.nextInt(3), random.nextInt(70));
            outputs.add(new RandomTensors(random).next("y" + i, halves && !raw ? DataType.FP32 : type, shape, true));
        }
        return outputs;
    }

    private static void assertSays(ModelInferResponse read, List<Tensor> outputs, boolean raw) {
        assertEquals("m\u00fc", read.getModelName());
        assertEquals("12", read.getModelVersion());
        assertEquals(outputs.size(), read.getOutputsCount());
        assertEquals(raw ? outputs.size() : 0, read.getRawOutputContentsCount());
        for (int i = 0; i < outputs.size(); i++) {
            Tensor output = outputs.get(i);
            var said = read.getOutputs(i);
            assertEquals(output.name(), said.getName());
            assertEquals(output.dataType().name(), said.getDatatype());
            assertEquals(Arrays.stream(output.shape().dimensions()).boxed().toList(), said.getShapeList());
            assertEquals(!raw, said.hasContents());
            if (raw) {
                assertEquals(Messages.bytes(output), read.getRawOutputContents(i));
            } else {
                assertEquals(
                        Messages.contents(output).toByteString(),
                        said.getContents().toByteString());
            }
        }
    }

    @Test
    void answersInBothForms() throws InvalidProtocolBufferException {
        for (int seed = 0; seed < SEEDS; seed++) {
            boolean raw = seed % 2 == 0;
            List<Tensor> outputs = outputs(new Random(seed), raw);
            AnswerForm form = new AnswerForm(seed % 3 == 0 ? "" : "id-" + seed, List.of(), raw);
            byte[] alone = message(
                    InferMessageEncoder.unary(response(outputs), form, MODEL).encode());
            ModelInferResponse read = ModelInferResponse.parseFrom(alone);
            assertSays(read, outputs, raw);
            assertEquals(seed % 3 == 0 ? "" : "id-" + seed, read.getId());
            byte[] streamed = message(
                    InferMessageEncoder.streamed(response(outputs), form, MODEL).encode());
            ModelStreamInferResponse inStream = ModelStreamInferResponse.parseFrom(streamed);
            assertEquals("", inStream.getErrorMessage());
            ModelInferResponse last = read.toBuilder()
                    .putParameters("triton_final_response", flag(true))
                    .build();
            assertEquals(last, inStream.getInferResponse());
        }
    }

    private static InferParameter flag(boolean value) {
        return InferParameter.newBuilder().setBoolParam(value).build();
    }

    private static InferParameter count(long value) {
        return InferParameter.newBuilder().setInt64Param(value).build();
    }

    @Test
    void saysWhereTheTimeWentWhichRowsAndWhetherMoreFollows() throws InvalidProtocolBufferException {
        AnswerForm form = new AnswerForm("", List.of(), true, true, true, false);
        Timing timing = new Timing(0, 1, 3_000_000_000L, 127, 0);
        InferenceResponse part = new InferenceResponse(MODEL_ID, List.of(), timing, new Rows(128, 32, false));
        ModelInferResponse read = ModelStreamInferResponse.parseFrom(
                        message(InferMessageEncoder.streamed(part, form, MODEL).encode()))
                .getInferResponse();
        Map<String, InferParameter> timed = Map.of(
                "queue_ns", count(0),
                "batch_ns", count(1),
                "batch_rows", count(127),
                "infer_ns", count(3_000_000_000L),
                "row", count(128),
                "rows", count(32));
        Map<String, InferParameter> said = new HashMap<>(timed);
        said.put("triton_final_response", flag(false));
        assertEquals(said, read.getParametersMap());
        byte[] alone = message(InferMessageEncoder.unary(part, form, MODEL).encode());
        assertEquals(timed, ModelInferResponse.parseFrom(alone).getParametersMap());
    }

    @Test
    void rawOutputsAreNotCopied() {
        Tensor output = new RandomTensors(new Random(1)).next("y", DataType.FP32, new Shape(100), true);
        List<ByteBuffer> pieces = InferMessageEncoder.unary(
                        response(List.of(output)), new AnswerForm("", List.of(), true), MODEL)
                .encode();
        assertSame(output.data(), pieces.getLast());
    }

    @Test
    void halvesHaveNoTypedForm() {
        Tensor output = new RandomTensors(new Random(1)).next("y", DataType.FP16, new Shape(1), true);
        var encoder = InferMessageEncoder.unary(response(List.of(output)), new AnswerForm("", List.of(), false), MODEL);
        InferenceException refused = assertThrows(InferenceException.class, encoder::encode);
        assertEquals(
                "output \"y\".contents: FP16 has no typed form; it goes in the raw contents", refused.getMessage());
    }

    @Test
    void classes() throws InvalidProtocolBufferException {
        ByteBuffer data = ByteBuffer.allocate(8).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        Tensor output = new Tensor(
                "y",
                DataType.FP32,
                new Shape(2),
                data.putFloat(0.25f).putFloat(0.75f).flip());
        AnswerForm form = new AnswerForm("", List.of(new WantedOutput("y", false, 1)), false);
        ModelInferResponse read =
                ModelInferResponse.parseFrom(message(InferMessageEncoder.unary(response(List.of(output)), form, MODEL)
                        .encode()));
        assertEquals("BYTES", read.getOutputs(0).getDatatype());
        assertEquals(
                "0.750000:1:dog",
                read.getOutputs(0).getContents().getBytesContents(0).toStringUtf8());
        assertFalse(read.getOutputs(0).getShapeList().isEmpty());
    }
}
