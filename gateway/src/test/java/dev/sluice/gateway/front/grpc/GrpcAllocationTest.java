package dev.sluice.gateway.front.grpc;

import com.google.protobuf.MessageLite;
import dev.sluice.gateway.front.AllocatedHeap;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.RandomTensors;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.InferenceResponse.Timing;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Heap that a request costs: the same for a thousand elements and for a hundred thousand. */
class GrpcAllocationTest {

    private final TensorBuffers buffers = new TensorBuffers();

    private static Tensor tensor(DataType type, int elements) {
        return new RandomTensors(new Random(elements)).next("x", type, new Shape(elements), true);
    }

    private long decoding(DataType type, MessageLite message) {
        byte[] bytes = message.toByteArray();
        Signature signature = Messages.one(type, 1);
        return AllocatedHeap.bytes(() -> {
            InferHead head = InferHead.of(bytes, 0, bytes.length);
            DecodedRequest read =
                    new InferMessageDecoder(bytes, new Span(0, bytes.length), head, signature, buffers).decode();
            read.inputs().forEach(input -> buffers.giveBack(input.data()));
        });
    }

    private long typed(DataType type, int elements) {
        Tensor tensor = tensor(type, elements);
        return decoding(
                type, Messages.request(Messages.input("x", type, elements).setContents(Messages.contents(tensor))));
    }

    private long raw(int elements) {
        return decoding(
                DataType.FP32,
                Messages.request(Messages.input("x", DataType.FP32, elements)).toBuilder()
                        .addRawInputContents(Messages.bytes(tensor(DataType.FP32, elements)))
                        .build());
    }

    private static long encoding(int elements) {
        InferenceResponse response = new InferenceResponse(
                new ModelId("m", 1), List.of(tensor(DataType.FP32, elements)), new Timing(0, 0, 0, 1, 0));
        Description model = new Description("test", Messages.one(DataType.FP32, 1), List.of(), 8, 1, "nowhere");
        AnswerForm form = new AnswerForm("", List.of(), true);
        return AllocatedHeap.bytes(
                () -> InferMessageEncoder.unary(response, form, model).encode());
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"FP16", "BF16"})
    void decodingTypedTensors(DataType type) {
        AllocatedHeap.assertSameForMany(type.name(), elements -> typed(type, elements));
    }

    @Test
    void decodingRawTensors() {
        AllocatedHeap.assertSameForMany("raw", this::raw);
    }

    @Test
    void encodingRawTensors() {
        AllocatedHeap.assertSameForMany("out", GrpcAllocationTest::encoding);
    }
}
