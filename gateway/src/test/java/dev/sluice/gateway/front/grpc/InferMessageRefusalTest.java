package dev.sluice.gateway.front.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.wire.InferParameter;
import dev.sluice.gateway.front.grpc.wire.InferTensorContents;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferInputTensor;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferRequestedOutputTensor;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.RandomTensors;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong with a message is said with the place where it is, whatever is done to the bytes. */
class InferMessageRefusalTest {

    private static final List<DataType> TYPES = List.of(DataType.values());
    private static final Signature ROWS = Messages.batched(new TensorSpec("x", DataType.FP32, new Shape(-1, 3)));
    private static final Signature TWO = Messages.batched(
            new TensorSpec("a", DataType.INT32, new Shape(-1)), new TensorSpec("b", DataType.BYTES, new Shape(-1)));

    private static InferTensorContents floats(int count) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        for (int i = 0; i < count; i++) {
            contents.addFp32Contents(i);
        }
        return contents.build();
    }

    private static InferInputTensor.Builder row() {
        return Messages.input("x", DataType.FP32, 1, 3).setContents(floats(3));
    }

    private static InferParameter text(String value) {
        return InferParameter.newBuilder().setStringParam(value).build();
    }

    private static void assertRefused(String field, String reason, Signature signature, ModelInferRequest message) {
        InvalidRequest refusal = Messages.refusal(signature, message);
        assertEquals(field, refusal.field(), refusal.message());
        assertTrue(refusal.reason().contains(reason), refusal.message());
    }

    private static void assertRefused(String field, String reason, InferInputTensor.Builder... inputs) {
        assertRefused(field, reason, ROWS, Messages.request(inputs));
    }

    @Test
    void whatDoesNotFitTheModel() {
        assertRefused(
                "inputs[0].name",
                "\"w\"",
                Messages.input("w", DataType.FP32, 1, 3).setContents(floats(3)));
        assertRefused("inputs[0].datatype", "expects FP32", Messages.input("x", DataType.FP64, 1, 3));
        assertRefused("inputs[0].datatype", "\"FLOAT\"", row().setDatatype("FLOAT"));
        assertRefused(
                "inputs[0].shape",
                "[1,4]",
                Messages.input("x", DataType.FP32, 1, 4).setContents(floats(4)));
        assertRefused("inputs[0].shape[1]", "-3", Messages.input("x", DataType.FP32, 1, -3));
        assertRefused("inputs", "more than the 1", row(), row());
        assertRefused("inputs", "\"x\" is missing");
        assertRefused("inputs", "given twice", TWO, Messages.request(a(1), a(1)));
        assertRefused("inputs", "axis 0", TWO, Messages.request(a(1), b("u", "v")));
        long[] deep = new long[33];
        assertRefused("inputs[0].shape", "more than 32", Messages.input("x", DataType.FP32, deep));
        assertRefused(
                "inputs[0].shape", "too many elements", Messages.input("x", DataType.FP32, Long.MAX_VALUE / 2, 3));
    }

    private static InferInputTensor.Builder a(int... values) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        Arrays.stream(values).forEach(contents::addIntContents);
        return Messages.input("a", DataType.INT32, values.length).setContents(contents);
    }

    private static InferInputTensor.Builder b(String... values) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        Arrays.stream(values).forEach(value -> contents.addBytesContents(ByteString.copyFromUtf8(value)));
        return Messages.input("b", DataType.BYTES, values.length).setContents(contents);
    }

    /** Too few bytes for floats, but that is not what is wrong. */
    @Test
    void elementsInTheFieldOfAnotherType() {
        InferTensorContents numbers =
                InferTensorContents.newBuilder().addIntContents(1).build();
        assertRefused("inputs[0].contents.int_contents", "FP32 stands in fp32_contents", row().setContents(numbers));
    }

    @Test
    void namesThatAreLongAreShortened() {
        String name = "n".repeat(5000);
        assertRefused("inputs[0].name", "nnn... (5000 characters)\"; its inputs are [x]", row().setName(name));
        assertRefused("inputs[0].datatype", "nnn... (5000 characters)\"; known", row().setDatatype(name));
    }

    @Test
    void elementsThatAreTooFewOrTooMany() {
        String field = "inputs[0].contents.fp32_contents";
        assertRefused(field, "fewer", row().setContents(floats(2)));
        assertRefused(field, "room for (3)", row().setContents(floats(4)));
        assertRefused(field, "fewer", row().clearContents());
        assertRefused(
                "inputs[0].contents.bytes_contents",
                "there are 1",
                Messages.one(DataType.BYTES, 1),
                Messages.request(Messages.input("x", DataType.BYTES, 2)
                        .setContents(InferTensorContents.newBuilder()
                                .addBytesContents(ByteString.copyFromUtf8("long enough for two")))));
    }

    @ParameterizedTest
    @CsvSource({
        "INT8, 128, -128 to 127", "INT8, -129, -128 to 127",
        "INT16, 32768, -32768 to 32767", "INT16, -40000, -32768 to 32767"
    })
    void integersBeyondTheirType(DataType type, int value, String range) {
        assertRefused(
                "inputs[0].contents.int_contents[1]",
                range,
                Messages.one(type, 1),
                Messages.request(Messages.input("x", type, 2)
                        .setContents(InferTensorContents.newBuilder()
                                .addIntContents(5)
                                .addIntContents(value))));
    }

    @ParameterizedTest
    @CsvSource({"UINT8, 256, 256", "UINT16, 65536, 65536", "UINT8, -1, 4294967295"})
    void unsignedIntegersBeyondTheirType(DataType type, int value, String shown) {
        assertRefused(
                "inputs[0].contents.uint_contents[0]",
                "got " + shown,
                Messages.one(type, 1),
                Messages.request(Messages.input("x", type, 1)
                        .setContents(InferTensorContents.newBuilder().addUintContents(value))));
    }

    @Test
    void elementsInTheWrongField() {
        assertRefused(
                "inputs[0].contents.int_contents",
                "FP32 stands in fp32_contents",
                row().setContents(floats(3).toBuilder().addIntContents(1)));
        assertRefused(
                "inputs[0].contents",
                "FP16 has no typed form",
                Messages.one(DataType.FP16, 1),
                Messages.request(Messages.input("x", DataType.FP16, 1).setContents(floats(1))));
    }

    @Test
    void rawContents() {
        ModelInferRequest bare = Messages.request(Messages.input("x", DataType.FP32, 1, 3));
        ByteString twelve = ByteString.copyFrom(new byte[12]);
        ByteString eleven = ByteString.copyFrom(new byte[11]);
        String first = "raw_input_contents[0] (x)";
        assertRefused(
                first,
                "needs 12 bytes",
                ROWS,
                bare.toBuilder().addRawInputContents(eleven).build());
        assertRefused(
                "raw_input_contents",
                "more than the 1",
                ROWS,
                bare.toBuilder()
                        .addRawInputContents(twelve)
                        .addRawInputContents(twelve)
                        .build());
        assertRefused(
                "raw_input_contents",
                "has 1 tensors, and there are 2",
                TWO,
                Messages.request(Messages.input("a", DataType.INT32, 1), b("u")).toBuilder()
                        .addRawInputContents(twelve)
                        .build());
        assertRefused(
                "inputs[0].contents",
                "beside raw_input_contents",
                ROWS,
                Messages.request(row()).toBuilder().addRawInputContents(twelve).build());
        assertRefused(
                first + "[0]",
                "0 or 1",
                Messages.one(DataType.BOOL, 1),
                Messages.request(Messages.input("x", DataType.BOOL, 1)).toBuilder()
                        .addRawInputContents(ByteString.copyFrom(new byte[] {2}))
                        .build());
    }

    @Test
    void outputs() {
        InferParameter tooMany = InferParameter.newBuilder().setInt64Param(1001).build();
        ModelInferRequest request = Messages.request(row());
        InferRequestedOutputTensor.Builder y =
                InferRequestedOutputTensor.newBuilder().setName("y");
        InferRequestedOutputTensor.Builder w =
                InferRequestedOutputTensor.newBuilder().setName("w");
        assertRefused(
                "outputs[0].name",
                "\"w\"",
                ROWS,
                request.toBuilder().addOutputs(w).build());
        assertRefused(
                "outputs[1].name",
                "given twice",
                ROWS,
                request.toBuilder().addOutputs(y).addOutputs(y).build());
        assertRefused(
                "outputs",
                "more than the 2",
                ROWS,
                request.toBuilder().addOutputs(y).addOutputs(y).addOutputs(y).build());
        assertRefused(
                "outputs[0].parameters.classification",
                "no more than 1000",
                ROWS,
                request.toBuilder()
                        .addOutputs(y.clone().putParameters("classification", tooMany))
                        .build());
        assertRefused(
                "outputs[0].parameters.shared_memory_region",
                "not supported",
                ROWS,
                request.toBuilder()
                        .addOutputs(y.clone().putParameters("shared_memory_region", text("r")))
                        .build());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "timeout",
                "priority",
                "binary_data_output",
                "timing",
                "parts",
                "sequence_id",
                "sequence_start",
                "triton_x"
            })
    void parametersThatMeanSomethingElse(String name) {
        ModelInferRequest request = Messages.request(row()).toBuilder()
                .putParameters(name, text("soon"))
                .build();
        assertEquals("parameters." + name, Messages.refusal(ROWS, request).field());
    }

    @Test
    void sharedMemory() {
        assertRefused(
                "inputs[0].parameters.shared_memory_region",
                "not supported",
                Messages.input("x", DataType.FP32, 1, 3).putParameters("shared_memory_region", text("r")));
    }

    @Test
    void fieldsThatAreGivenTwice() {
        ModelInferRequest request = Messages.request(row());
        byte[] name = ModelInferRequest.newBuilder().setModelName("n").build().toByteArray();
        assertEquals(
                "model_name",
                Messages.refusal(ROWS, join(request.toByteArray(), name)).field());
    }

    @Test
    void whatIsNoMessageIsSaidInOurWords() {
        byte[] whole = Messages.request(row()).toByteArray();
        assertEquals(
                "is not well-formed protobuf: it is cut short, has text that is not UTF-8, or is no message of this kind",
                Messages.refusal(ROWS, Arrays.copyOf(whole, whole.length - 1)).reason());
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    /** A cut message is refused, or is a shorter message and then complete in itself; never anything else. */
    @Test
    void cutAtEveryByte() throws Exception {
        Random random = new Random(7);
        for (DataType type : TYPES) {
            Tensor tensor = new RandomTensors(random).next("x", type, new Shape(2, 2), true);
            ModelInferRequest raw = Messages.request(Messages.input("x", type, 2, 2)).toBuilder()
                    .setId("i")
                    .putParameters("colour", text("blue"))
                    .addOutputs(InferRequestedOutputTensor.newBuilder().setName("y"))
                    .addRawInputContents(Messages.bytes(tensor))
                    .build();
            byte[] whole = raw.toByteArray();
            for (int length = 0; length < whole.length; length++) {
                Messages.refusal(Messages.one(type, 2), Arrays.copyOf(whole, length));
            }
            assertEquals(
                    tensor, Messages.decode(Messages.one(type, 2), raw).inputs().getFirst());
        }
    }

    /** Whatever the bytes, the answer is a request or an InvalidRequest, and what was taken is given back. */
    @Test
    void changedBytes() {
        Random random = new Random(11);
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            DataType type = TYPES.get(random.nextInt(TYPES.size()));
            boolean typed = type != DataType.FP16 && type != DataType.BF16 && random.nextBoolean();
            Tensor tensor = new RandomTensors(random).next("x", type, new Shape(2, 2), true);
            InferInputTensor.Builder input = Messages.input("x", type, 2, 2);
            ModelInferRequest request = typed
                    ? Messages.request(input.setContents(Messages.contents(tensor)))
                    : Messages.request(input).toBuilder()
                            .addRawInputContents(Messages.bytes(tensor))
                            .build();
            byte[] bytes = request.toByteArray();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            try {
                DecodedRequest decoded = Messages.decode(Messages.one(type, 2), bytes, new TensorBuffers());
                assertEquals(1, decoded.inputs().size());
                read++;
            } catch (InferenceException refused) {
                assertTrue(refused.error() instanceof InvalidRequest, refused.getMessage());
            }
        }
        assertTrue(read > 5_000, read + " were read");
    }
}
