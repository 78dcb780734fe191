package dev.sluice.gateway.front.tfs.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.GrpcFraming;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.tfs.TfsType;
import dev.sluice.gateway.front.tfs.grpc.wire.Class;
import dev.sluice.gateway.front.tfs.grpc.wire.ClassificationRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.ClassificationResponse;
import dev.sluice.gateway.front.tfs.grpc.wire.ClassificationResult;
import dev.sluice.gateway.front.tfs.grpc.wire.Classifications;
import dev.sluice.gateway.front.tfs.grpc.wire.Example;
import dev.sluice.gateway.front.tfs.grpc.wire.ExampleList;
import dev.sluice.gateway.front.tfs.grpc.wire.ExampleListWithContext;
import dev.sluice.gateway.front.tfs.grpc.wire.Features;
import dev.sluice.gateway.front.tfs.grpc.wire.Input;
import dev.sluice.gateway.front.tfs.grpc.wire.ModelSpec;
import dev.sluice.gateway.front.tfs.grpc.wire.PredictRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.PredictResponse;
import dev.sluice.gateway.front.tfs.grpc.wire.Regression;
import dev.sluice.gateway.front.tfs.grpc.wire.RegressionResponse;
import dev.sluice.gateway.front.tfs.grpc.wire.TensorProto;
import dev.sluice.gateway.front.tfs.grpc.wire.TensorShapeProto;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.RandomTensors;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** PredictRequests and PredictResponses of our codec are those of the generated classes, for every type. */
class PredictMessagesTest {

    private static final Path CORPUS = Path.of("src", "test", "resources", "fuzz", "TfsGrpcRequestFuzz");
    private static final int CHANGES = 20_000;

    private static Tensor random(DataType type, int elements) {
        return new RandomTensors(new Random(elements + TfsType.number(type)))
                .next("x", type, new Shape(elements), false);
    }

    private static Tensor decoded(DataType type, TensorProto tensor) {
        byte[] message = TensorMessages.request(tensor).toByteArray();
        DecodedRequest read = TensorMessages.decode(TensorMessages.one(type, 1), message, new TensorBuffers());
        return read.inputs().getFirst();
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void elementsOneByOneAndAsTheyLieInMemoryAreTheSame(DataType type) {
        Tensor tensor = random(type, 30);
        assertEquals(
                TensorMessages.bytes(tensor),
                TensorMessages.bytes(decoded(type, TensorMessages.typed(tensor).build())));
        if (type != DataType.BYTES) {
            TensorProto content = TensorMessages.tensor(type, 30)
                    .setTensorContent(TensorMessages.bytes(tensor))
                    .build();
            assertEquals(TensorMessages.bytes(tensor), TensorMessages.bytes(decoded(type, content)));
        }
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void theLastOfFewerElementsIsRepeatedAndNoneAreZero(DataType type) {
        for (int given : List.of(0, 1, 2)) {
            TensorProto few = TensorMessages.typed(random(type, given))
                    .setTensorShape(TensorShapeProto.newBuilder()
                            .addDim(TensorShapeProto.Dim.newBuilder().setSize(7)))
                    .build();
            assertEquals(TensorMessages.elements(type, few), TensorMessages.bytes(decoded(type, few)));
        }
    }

    @ParameterizedTest
    @EnumSource(DataType.class)
    void answersAreWhatGeneratedClassesRead(DataType type) throws InvalidProtocolBufferException {
        Tensor tensor = random(type, 30);
        Tensor none = random(type, 0);
        InferenceResponse response = new InferenceResponse(
                new ModelId("m", 3),
                List.of(tensor, new Tensor("none", type, none.shape(), none.data())),
                new Timing(0, 0, 0, 1, 0));
        PredictResponse read = PredictResponse.parseFrom(message(new PredictMessageEncoder(response).encode()));
        TensorProto x = read.getOutputsOrThrow("x");
        assertEquals(TfsType.number(type), x.getDtypeValue());
        assertEquals(30, x.getTensorShape().getDim(0).getSize());
        assertTrue(x.getTensorContent().isEmpty());
        assertEquals(TensorMessages.elements(type, x), TensorMessages.bytes(tensor));
        assertEquals(
                0, read.getOutputsOrThrow("none").getTensorShape().getDim(0).getSize());
        assertEquals("m", read.getModelSpec().getName());
        assertEquals(3, read.getModelSpec().getVersion().getValue());
    }

    /** Without the five bytes that say how long it is, which it is. */
    private static byte[] message(List<ByteBuffer> pieces) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (ByteBuffer piece : pieces) {
            byte[] bytes = new byte[piece.remaining()];
            piece.duplicate().get(bytes);
            whole.writeBytes(bytes);
        }
        ByteBuffer all = ByteBuffer.wrap(whole.toByteArray());
        assertEquals(0, all.get());
        assertEquals(all.getInt(), all.remaining());
        assertEquals(GrpcFraming.PREFIX_BYTES, all.position());
        byte[] message = new byte[all.remaining()];
        all.get(message);
        return message;
    }

    @Test
    void packedFloatsAreNotCopied() {
        Tensor tensor = random(DataType.FP32, 1000);
        byte[] message =
                TensorMessages.request(TensorMessages.typed(tensor).build()).toByteArray();
        DecodedRequest read = new PredictMessageDecoder(
                        new HttpBytes(message, 0, message.length),
                        TensorMessages.one(DataType.FP32, 1),
                        new TensorBuffers(new ByteBudget(0)))
                .decode();
        assertSame(message, read.inputs().getFirst().data().array());
    }

    @Test
    void aFewBytesTakeLittleMemory() {
        TensorProto most =
                TensorMessages.tensor(DataType.FP32, 1 << 20).addFloatVal(1).build();
        assertEquals(4 << 20, decoded(DataType.FP32, most).byteCount());
        TensorProto more = TensorMessages.tensor(DataType.FP32, (1 << 20) + 1)
                .addFloatVal(1)
                .build();
        InferenceException refused = assertThrows(InferenceException.class, () -> decoded(DataType.FP32, more));
        assertTrue(refused.error().message().contains("must be sent"), refused.error()::message);
        TensorProto texts = TensorMessages.tensor(DataType.BYTES, 1 << 20)
                .addStringVal(ByteString.copyFromUtf8("ab"))
                .build();
        assertThrows(InferenceException.class, () -> decoded(DataType.BYTES, texts));
    }

    @Test
    void whatWasTakenForARefusedRequestIsGivenBack() {
        ByteBudget budget = new ByteBudget(1 << 20);
        TensorBuffers buffers = new TensorBuffers(budget);
        PredictRequest wrong = TensorMessages.request(
                TensorMessages.tensor(DataType.INT64, 2).addInt64Val(1).build());
        byte[] message = wrong.toBuilder().addOutputFilter("nothing").build().toByteArray();
        InferenceException refused = assertThrows(
                InferenceException.class,
                () -> TensorMessages.decode(TensorMessages.one(DataType.INT64, 1), message, buffers));
        assertInstanceOf(InvalidRequest.class, refused.error());
        ByteBuffer again = buffers.take(2 * Long.BYTES);
        assertEquals(1, again.getLong(0), "the memory that the refused request had");
    }

    @Test
    void classesAndNumbersAreWhatGeneratedClassesRead() throws InvalidProtocolBufferException {
        ByteBuffer data = ByteBuffer.allocate(2 * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.putFloat(0, 0.5f).putFloat(Float.BYTES, 0);
        Tensor scores = new Tensor("scores", DataType.FP32, new Shape(1, 2), data);
        InferenceResponse response =
                new InferenceResponse(new ModelId("m", 1), List.of(scores), new Timing(0, 0, 0, 1, 0));
        Description model =
                new Description("test", TensorMessages.one(DataType.FP32, 1), List.of("cat", ""), 8, 1, "nowhere");
        ClassificationResult result = ClassificationResponse.parseFrom(
                        message(new ResultsMessage(response, model).classes()))
                .getResult();
        assertEquals(
                Classifications.newBuilder()
                        .addClasses(Class.newBuilder().setLabel("cat").setScore(0.5f))
                        .addClasses(Class.newBuilder())
                        .build(),
                result.getClassifications(0));
        Tensor column = new Tensor("outputs", DataType.FP32, new Shape(2, 1), data);
        InferenceResponse numbers =
                new InferenceResponse(new ModelId("m", 1), List.of(column), new Timing(0, 0, 0, 1, 0));
        assertEquals(
                List.of(
                        Regression.newBuilder().setValue(0.5f).build(),
                        Regression.newBuilder().build()),
                RegressionResponse.parseFrom(message(new ResultsMessage(numbers, model).numbers()))
                        .getResult()
                        .getRegressionsList());
    }

    /** What the fuzzer starts from, what it has found, and every type. */
    private static List<byte[]> corpus() throws IOException {
        List<byte[]> messages = new ArrayList<>();
        for (DataType type : DataType.values()) {
            TensorProto three = TensorMessages.typed(random(type, 3)).build();
            messages.add(TensorMessages.request(three).toByteArray());
        }
        try (Stream<Path> files = Files.list(CORPUS)) {
            for (Path file : files.sorted().toList()) {
                messages.add(Files.readAllBytes(file));
            }
        }
        return messages;
    }

    @Test
    void whateverBytesAreSentTheyAreReadRightOrRefused() throws IOException {
        TfsGrpcRequestFuzz target = new TfsGrpcRequestFuzz();
        Random random = new Random(8500);
        List<byte[]> messages = corpus();
        messages.forEach(target::check);
        for (int round = 0; round < CHANGES; round++) {
            byte[] bytes = messages.get(random.nextInt(messages.size())).clone();
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            target.check(bytes);
        }
    }

    private static void assertTag(int tag, Descriptor message, String name) {
        FieldDescriptor field = message.findFieldByName(name);
        assertEquals(field.getNumber(), WireFormat.getTagFieldNumber(tag), name);
        assertEquals(field.getLiteType().getWireType(), WireFormat.getTagWireType(tag), name);
    }

    @Test
    void tagsAreThoseOfTheProtocol() {
        assertTag(Tags.MODEL_SPEC, PredictRequest.getDescriptor(), "model_spec");
        assertTag(Tags.MODEL_SPEC, ClassificationRequest.getDescriptor(), "model_spec");
        assertTag(Tags.SPEC_NAME, ModelSpec.getDescriptor(), "name");
        assertTag(Tags.SPEC_VERSION, ModelSpec.getDescriptor(), "version");
        assertTag(Tags.SPEC_LABEL, ModelSpec.getDescriptor(), "version_label");
        assertTag(Tags.SPEC_SIGNATURE, ModelSpec.getDescriptor(), "signature_name");
        assertTag(Tags.PREDICT_INPUT, PredictRequest.getDescriptor(), "inputs");
        assertTag(Tags.PREDICT_FILTER, PredictRequest.getDescriptor(), "output_filter");
        assertTag(Tags.TENSOR_TYPE, TensorProto.getDescriptor(), "dtype");
        assertTag(Tags.TENSOR_SHAPE, TensorProto.getDescriptor(), "tensor_shape");
        assertTag(Tags.TENSOR_CONTENT, TensorProto.getDescriptor(), "tensor_content");
        assertTag(Tags.SHAPE_DIM, TensorShapeProto.getDescriptor(), "dim");
        assertTag(Tags.SHAPE_UNKNOWN_RANK, TensorShapeProto.getDescriptor(), "unknown_rank");
        assertTag(Tags.DIM_SIZE, TensorShapeProto.Dim.getDescriptor(), "size");
        assertTag(Tags.EXAMPLES_INPUT, ClassificationRequest.getDescriptor(), "input");
        assertTag(Tags.INPUT_LIST, Input.getDescriptor(), "example_list");
        assertTag(Tags.INPUT_WITH_CONTEXT, Input.getDescriptor(), "example_list_with_context");
        assertTag(Tags.LIST_EXAMPLE, ExampleList.getDescriptor(), "examples");
        assertTag(Tags.LIST_CONTEXT, ExampleListWithContext.getDescriptor(), "context");
        assertTag(Tags.EXAMPLE_FEATURES, Example.getDescriptor(), "features");
        assertTag(Tags.FEATURES_FEATURE, Features.getDescriptor(), "feature");
        for (ValueField field : ValueField.values()) {
            assertTag(field.unpackedTag(), TensorProto.getDescriptor(), field.fieldName());
        }
        long fields = TensorProto.getDescriptor().getFields().stream()
                .filter(field -> field.getName().endsWith("_val"))
                .count();
        assertEquals(ValueField.values().length, fields);
        for (DataType type : DataType.values()) {
            assertEquals(
                    TfsType.constant(type),
                    dev.sluice.gateway.front.tfs.grpc.wire.DataType.forNumber(TfsType.number(type))
                            .name());
            assertEquals(type, TfsType.ofNumber(TfsType.number(type)).orElseThrow());
        }
        assertFalse(TfsType.ofNumber(8).isPresent(), "complex numbers");
    }
}
