package dev.sluice.gateway.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.sluice.gateway.front.grpc.wire.InferTensorContents;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest;
import dev.sluice.gateway.front.grpc.wire.ModelInferRequest.InferInputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Messages for the test models. */
final class GrpcRequests {

    private GrpcRequests() {}

    /** One row of sums, typed: IN0 = a, a, a, a and IN1 = b, b, b, b. */
    static ModelInferRequest sums(int a, int b) {
        return ModelInferRequest.newBuilder()
                .setModelName("sums")
                .addInputs(four("IN0", a))
                .addInputs(four("IN1", b))
                .build();
    }

    private static InferInputTensor four(String name, int n) {
        InferTensorContents.Builder contents = InferTensorContents.newBuilder();
        for (int i = 0; i < 4; i++) {
            contents.addIntContents(n);
        }
        return InferInputTensor.newBuilder()
                .setName(name)
                .setDatatype("INT32")
                .addShape(1)
                .addShape(4)
                .setContents(contents)
                .build();
    }

    /** One row, raw. */
    static ModelInferRequest echo(float... row) {
        ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(row);
        return ModelInferRequest.newBuilder()
                .setModelName("echo")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype("FP32")
                        .addShape(1)
                        .addShape(row.length))
                .addRawInputContents(ByteString.copyFrom(bytes))
                .build();
    }

    /** Some 25 microseconds of work for each step. */
    static ModelInferRequest slow(long steps) {
        return ModelInferRequest.newBuilder()
                .setModelName("slow")
                .addInputs(InferInputTensor.newBuilder()
                        .setName("x")
                        .setDatatype("FP32")
                        .addShape(1)
                        .setContents(InferTensorContents.newBuilder().addFp32Contents(1)))
                .addInputs(InferInputTensor.newBuilder()
                        .setName("steps")
                        .setDatatype("INT64")
                        .addShape(1)
                        .setContents(InferTensorContents.newBuilder().addInt64Contents(steps)))
                .build();
    }

    /** The bytes of a message as they go over the wire. */
    static byte[] framed(MessageLite message) {
        return framed(0, message.toByteArray());
    }

    static byte[] framed(int flag, byte[] message) {
        return ByteBuffer.allocate(5 + message.length)
                .put((byte) flag)
                .putInt(message.length)
                .put(message)
                .array();
    }

    static int int32(ByteString raw) {
        return raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getInt(0);
    }

    static float fp32(ByteString raw) {
        return raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).getFloat(0);
    }
}
