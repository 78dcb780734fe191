package dev.sluice.gateway.front.grpc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.MessageLite;
import com.sun.management.ThreadMXBean;
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
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** Heap that a request costs: the same for a thousand elements and for a hundred thousand. */
class GrpcAllocationTest {

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int FEW = 1000;
    private static final int MANY = 100_000;
    private static final int WARM_UP = 20;

    /** Far less than one byte for each element. */
    private static final long TOLERANCE = 4096;

    private final TensorBuffers buffers = new TensorBuffers();

    private static long allocated(Runnable run) {
        for (int i = 0; i < WARM_UP; i++) {
            run.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        run.run();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static void assertSameHeap(String what, long few, long many) {
        assertTrue(few > 0, "the JVM counts allocations");
        assertTrue(
                Math.abs(many - few) < TOLERANCE,
                what + ": " + few + " bytes for " + FEW + " elements and " + many + " for " + MANY);
    }

    private static Tensor tensor(DataType type, int elements) {
        return new RandomTensors(new Random(elements)).next("x", type, new Shape(elements), true);
    }

    private long decoding(DataType type, MessageLite message) {
        byte[] bytes = message.toByteArray();
        Signature signature = Messages.one(type, 1);
        return allocated(() -> {
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
        return allocated(() -> InferMessageEncoder.unary(response, form, model).encode());
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"FP16", "BF16"})
    void decodingTypedTensors(DataType type) {
        assertSameHeap(type.name(), typed(type, FEW), typed(type, MANY));
    }

    @Test
    void decodingRawTensors() {
        assertSameHeap("raw", raw(FEW), raw(MANY));
    }

    @Test
    void encodingRawTensors() {
        assertSameHeap("out", encoding(FEW), encoding(MANY));
    }
}
