package dev.sluice.gateway.front.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.wire.InferParameter;
import dev.sluice.gateway.front.grpc.wire.InferTensorContents;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferRequestedOutputTensor;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.RandomTensors;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What clients write with generated classes is what our decoder reads, in every form that protobuf allows. */
class InferMessageDecoderTest {

    private static final int SEEDS = 300;

    private static InferParameter number(long value) {
        return InferParameter.newBuilder().setInt64Param(value).build();
    }

    private static Tensor random(Random random, DataType type) {
        return new RandomTensors(random).next("x", type, new Shape(random.nextInt(4), random.nextInt(5)), true);
    }

    private static ModelInferRequest typed(Tensor tensor) {
        return Messages.request(
                Messages.input("x", tensor.dataType(), tensor.shape().dimensions())
                        .setContents(Messages.contents(tensor)));
    }

    private static ModelInferRequest raw(Tensor tensor) {
        return Messages.request(
                        Messages.input("x", tensor.dataType(), tensor.shape().dimensions()))
                .toBuilder()
                .addRawInputContents(Messages.bytes(tensor))
                .build();
    }

    @ParameterizedTest
    @EnumSource
    void rawTensorsAreViewsOfTheMessage(DataType type) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Tensor tensor = random(new Random(seed), type);
            Tensor read =
                    Messages.decode(Messages.one(type, 2), raw(tensor)).inputs().getFirst();
            assertEquals(tensor, read);
            assertFalse(read.data().isDirect(), "a copy");
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"FP16", "BF16"})
    void typedTensors(DataType type) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Tensor tensor = random(new Random(seed), type);
            Tensor read = Messages.decode(Messages.one(type, 2), typed(tensor))
                    .inputs()
                    .getFirst();
            assertEquals(tensor, read);
        }
    }

    /** Protobuf lets a writer pack numbers or not, and split them as it likes. */
    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"FP16", "BF16", "BYTES"})
    void elementsOneByOneAndInSeveralRuns(DataType type) throws IOException {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            Tensor tensor = random(random, type);
            byte[] split = Splitting.split(Messages.contents(tensor), random);
            assertEquals(Messages.contents(tensor), InferTensorContents.parseFrom(split), "the splitting is right");
            ByteArrayOutputStream message = new ByteArrayOutputStream();
            CodedOutputStream out = CodedOutputStream.newInstance(message);
            var input = Messages.input("x", type, tensor.shape().dimensions()).build();
            out.writeString(1, "m");
            out.writeTag(5, 2);
            out.writeUInt32NoTag(input.getSerializedSize()
                    + 1
                    + CodedOutputStream.computeUInt32SizeNoTag(split.length)
                    + split.length);
            input.writeTo(out);
            out.writeByteArray(5, split);
            out.flush();
            ModelInferRequest asGenerated = ModelInferRequest.parseFrom(message.toByteArray());
            assertEquals(typed(tensor), asGenerated, "the message is right");
            Tensor read = Messages.decode(
                            Messages.one(type, 2), message.toByteArray(), new dev.sluice.gateway.front.TensorBuffers())
                    .inputs()
                    .getFirst();
            assertEquals(tensor, read);
        }
    }

    @Test
    void packedFloatsAreNotCopied() {
        Tensor tensor = new RandomTensors(new Random(1)).next("x", DataType.FP32, new Shape(2, 3), true);
        Tensor read = Messages.decode(Messages.one(DataType.FP32, 2), typed(tensor))
                .inputs()
                .getFirst();
        assertFalse(read.data().isDirect(), "a copy");
        assertEquals(tensor, read);
    }

    @Test
    void inputsComeInTheOrderOfTheSignature() {
        Signature signature = Messages.batched(
                new TensorSpec("a", DataType.INT64, new Shape(-1)),
                new TensorSpec("b", DataType.BYTES, new Shape(-1, 1)),
                new TensorSpec("c", DataType.FP32, new Shape(-1, -1), true));
        ModelInferRequest request = Messages.request(
                Messages.input("b", DataType.BYTES, 2, 1)
                        .setContents(InferTensorContents.newBuilder()
                                .addBytesContents(ByteString.copyFromUtf8("one"))
                                .addBytesContents(ByteString.copyFromUtf8(""))),
                Messages.input("a", DataType.INT64, 2)
                        .setContents(InferTensorContents.newBuilder()
                                .addInt64Contents(-1)
                                .addInt64Contents(Long.MAX_VALUE)));
        DecodedRequest decoded = Messages.decode(signature, request);
        assertEquals(
                List.of("a", "b"), decoded.inputs().stream().map(Tensor::name).toList());
        assertEquals(2, decoded.rows());
        assertEquals(Long.MAX_VALUE, decoded.inputs().get(0).data().getLong(Long.BYTES));
        assertEquals(3, decoded.inputs().get(1).data().getInt(0));
        assertEquals(List.of("y", "z"), decoded.outputs());
        assertNull(decoded.timeout());
        assertEquals(0, decoded.priority());
        assertTrue(decoded.form().binaryUnlisted(), "raw unless said otherwise");
    }

    @Test
    void parametersAndOutputs() {
        Tensor tensor = new RandomTensors(new Random(1)).next("x", DataType.FP32, new Shape(1), true);
        ModelInferRequest request = typed(tensor).toBuilder()
                .setId("mine")
                .setModelVersion("3")
                .putParameters("timeout", number(5000))
                .putParameters(
                        "priority",
                        InferParameter.newBuilder().setUint64Param(2).build())
                .putParameters(
                        "binary_data_output",
                        InferParameter.newBuilder().setBoolParam(false).build())
                .putParameters("sequence_id", number(0))
                .putParameters(
                        "colour",
                        InferParameter.newBuilder().setStringParam("blue").build())
                .putParameters(
                        "size", InferParameter.newBuilder().setDoubleParam(0.5).build())
                .addOutputs(
                        InferRequestedOutputTensor.newBuilder().setName("z").putParameters("classification", number(2)))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("y"))
                .build();
        DecodedRequest decoded = Messages.decode(Messages.one(DataType.FP32, 1), request);
        assertEquals(Duration.ofMillis(5), decoded.timeout());
        assertEquals(2, decoded.priority());
        assertEquals(List.of("z", "y"), decoded.outputs());
        assertEquals("mine", decoded.form().id());
        assertFalse(decoded.form().binaryUnlisted());
        assertEquals(2, decoded.form().of(0).classes());
        assertEquals(0, decoded.form().of(1).classes());
    }

    /** 0 is how Triton says that there is none; the largest unsigned number is shortened. */
    @Test
    void timeoutsOfAnyLength() {
        Signature signature = Messages.one(DataType.FP32, 1);
        ModelInferRequest request =
                typed(new RandomTensors(new Random(1)).next("x", DataType.FP32, new Shape(1), true));
        assertNull(Messages.decode(
                        signature,
                        request.toBuilder().putParameters("timeout", number(0)).build())
                .timeout());
        InferParameter largest = InferParameter.newBuilder().setUint64Param(-1).build();
        assertEquals(
                Duration.ofDays(365),
                Messages.decode(
                                signature,
                                request.toBuilder()
                                        .putParameters("timeout", largest)
                                        .build())
                        .timeout());
    }

    @Test
    void theHeadIsKnownFromTheFirstBytes() {
        byte[] message = Messages.request(Messages.input("x", DataType.FP32, 1)).toBuilder()
                .setModelVersion("12")
                .setId("i")
                .build()
                .toByteArray();
        assertEquals(new InferHead("m", "12", "i"), InferHead.of(message, 0, message.length));
        int known = 3 + 4;
        for (int length = 0; length <= known; length++) {
            assertNull(InferHead.peek(message, 0, length), length + " bytes");
        }
        for (int length = known + 1; length <= message.length; length++) {
            assertEquals(new InferHead("m", "12", ""), InferHead.peek(message, 0, length), length + " bytes");
        }
    }

    @Test
    void aHeadThatStandsElsewhereIsNotGuessed() {
        byte[] inputFirst = Messages.request(Messages.input("x", DataType.FP32, 1)).toBuilder()
                .clearModelName()
                .build()
                .toByteArray();
        byte[] nameLast =
                ModelInferRequest.newBuilder().setModelName("m").build().toByteArray();
        byte[] message = new byte[inputFirst.length + nameLast.length];
        System.arraycopy(inputFirst, 0, message, 0, inputFirst.length);
        System.arraycopy(nameLast, 0, message, inputFirst.length, nameLast.length);
        assertNull(InferHead.peek(message, 0, message.length));
        assertEquals(new InferHead("m", "", ""), InferHead.of(message, 0, message.length));
    }

    /** The tensors that are made of a message, and the message itself, must fit the budget together. */
    @Test
    void tensorsAreHeldBesideTheirMessage() {
        InferTensorContents seven =
                InferTensorContents.newBuilder().addInt64Contents(7).build();
        byte[] message = Messages.request(
                        Messages.input("x", DataType.INT64, 1, 1).setContents(seven))
                .toBuilder()
                .setId("i".repeat(800))
                .build()
                .toByteArray();
        TensorBuffers buffers = new TensorBuffers(new ByteBudget(1024));
        InferenceException refused = assertThrows(
                InferenceException.class, () -> Messages.decode(Messages.one(DataType.INT64, 2), message, buffers));
        assertInstanceOf(InferenceError.PayloadTooLarge.class, refused.error());
    }
}
