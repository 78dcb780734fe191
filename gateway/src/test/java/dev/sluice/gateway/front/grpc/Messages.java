package dev.sluice.gateway.front.grpc;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.grpc.wire.InferTensorContents;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferInputTensor;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Messages as clients make them, with generated classes, and what our codec reads in them. */
final class Messages {

    private static final List<TensorSpec> OUTPUTS = List.of(
            new TensorSpec("y", DataType.FP32, new Shape(-1, 2)), new TensorSpec("z", DataType.INT64, new Shape(-1)));

    private static final int AMID = 7;

    private Messages() {}

    static Signature batched(TensorSpec... inputs) {
        return new Signature(List.of(inputs), OUTPUTS, true);
    }

    /** One input {@code x} of that type and any shape of that rank, without rows. */
    static Signature one(DataType type, int rank) {
        long[] dimensions = new long[rank];
        Arrays.fill(dimensions, Shape.VARIABLE);
        return new Signature(List.of(new TensorSpec("x", type, new Shape(dimensions))), OUTPUTS, false);
    }

    static InferInputTensor.Builder input(String name, DataType type, long... shape) {
        InferInputTensor.Builder input =
                InferInputTensor.newBuilder().setName(name).setDatatype(type.name());
        Arrays.stream(shape).forEach(input::addShape);
        return input;
    }

    static ModelInferRequest request(InferInputTensor.Builder... inputs) {
        ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName("m");
        Arrays.stream(inputs).forEach(request::addInputs);
        return request.build();
    }

    static ByteString bytes(Tensor tensor) {
        return ByteString.copyFrom(tensor.data().duplicate());
    }

    /** The elements in the field that is for their type. */
    static InferTensorContents contents(Tensor tensor) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        ByteBuffer data = tensor.data();
        int at = data.position();
        while (at < data.limit()) {
            switch (tensor.dataType()) {
                case BOOL -> contents.addBoolContents(data.get(at) != 0);
                case INT8 -> contents.addIntContents(data.get(at));
                case INT16 -> contents.addIntContents(data.getShort(at));
                case INT32 -> contents.addIntContents(data.getInt(at));
                case INT64 -> contents.addInt64Contents(data.getLong(at));
                case UINT8 -> contents.addUintContents(data.get(at) & 0xFF);
                case UINT16 -> contents.addUintContents(data.getShort(at) & 0xFFFF);
                case UINT32 -> contents.addUintContents(data.getInt(at));
                case UINT64 -> contents.addUint64Contents(data.getLong(at));
                case FP32 -> contents.addFp32Contents(data.getFloat(at));
                case FP64 -> contents.addFp64Contents(data.getDouble(at));
                case BYTES -> {
                    int length = data.getInt(at);
                    contents.addBytesContents(ByteString.copyFrom(data.slice(at + Integer.BYTES, length)));
                    at += Integer.BYTES + length;
                }
                case FP16, BF16 -> throw new AssertionError("no typed form");
            }
            at += tensor.dataType().elementBytes();
        }
        return contents.build();
    }

    static DecodedRequest decode(Signature signature, MessageLite message) {
        return decode(signature, message.toByteArray(), new TensorBuffers());
    }

    /** Decodes a message that stands amid other bytes. */
    static DecodedRequest decode(Signature signature, byte[] message, TensorBuffers buffers) {
        byte[] amid = new byte[message.length + 2 * AMID];
        Arrays.fill(amid, (byte) 0xFF);
        System.arraycopy(message, 0, amid, AMID, message.length);
        InferHead head = InferHead.of(amid, AMID, AMID + message.length);
        return new InferMessageDecoder(amid, new Span(AMID, AMID + message.length), head, signature, buffers).decode();
    }

    static InvalidRequest refusal(Signature signature, MessageLite message) {
        return refusal(signature, message.toByteArray());
    }

    static InvalidRequest refusal(Signature signature, byte[] message) {
        InferenceException exception =
                assertThrows(InferenceException.class, () -> decode(signature, message, new TensorBuffers()));
        return assertInstanceOf(InvalidRequest.class, exception.error());
    }
}
