package dev.sluice.gateway.front.tfs.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.tfs.grpc.wire.PredictRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.TensorProto;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Any bytes as a PredictRequest, and as a ClassificationRequest: refused as the client's mistake, or read as the generated classes
 * and TensorFlow read them; and never is much memory taken for little.
 */
final class TfsGrpcRequestFuzz {

    private static final TfsGrpcRequestFuzz TARGET = new TfsGrpcRequestFuzz();
    private static final int MAX_BYTES = 4096;

    /** What a repeated value may take, for each of three inputs. */
    private static final long MOST_MEMORY = 3 * (4L << 20) + (1 << 20);

    private static final List<Signature> SIGNATURES = Stream.concat(
                    Arrays.stream(DataType.values()).map(type -> TensorMessages.one(type, 1)),
                    Stream.of(new Signature(
                            List.of(
                                    new TensorSpec("a", DataType.INT64, new Shape(-1)),
                                    new TensorSpec("b", DataType.BYTES, new Shape(-1, 2)),
                                    new TensorSpec("x", DataType.FP32, new Shape(-1, -1), true)),
                            List.of(new TensorSpec("scores", DataType.FP32, new Shape(-1, 2))),
                            true)))
            .toList();

    /** What the fuzzer calls, by this name. */
    public static void fuzzerTestOneInput(byte[] input) {
        TARGET.check(input);
    }

    void check(byte[] input) {
        if (input.length > MAX_BYTES) {
            return;
        }
        for (Signature signature : SIGNATURES) {
            TensorBuffers buffers = new TensorBuffers(new ByteBudget(MOST_MEMORY + input.length));
            try {
                compare(TensorMessages.decode(signature, input, buffers), PredictRequest.parseFrom(input));
            } catch (InferenceException refused) {
                isRefusal(refused);
            } catch (InvalidProtocolBufferException unread) {
                // in a field that means nothing to us, and is skipped: such as the name of a dimension that is no text
            }
            checkExamples(input, signature);
        }
    }

    private static void checkExamples(byte[] input, Signature signature) {
        try {
            new ExamplesMessageDecoder(
                            new HttpBytes(input, 0, input.length),
                            signature,
                            List.of("scores"),
                            new TensorBuffers(new ByteBudget(64L << 20)))
                    .decode();
        } catch (InferenceException refused) {
            isRefusal(refused);
        }
    }

    private static void isRefusal(InferenceException refused) {
        assertFalse(refused.error().message().isBlank());
        assertEquals(InvalidRequest.class, refused.error().getClass(), refused.error()::message);
    }

    private static void compare(DecodedRequest read, PredictRequest generated) {
        assertEquals(generated.getInputsCount(), read.inputs().size());
        for (Tensor tensor : read.inputs()) {
            TensorProto sent = generated.getInputsOrThrow(tensor.name());
            assertEquals(
                    Arrays.stream(tensor.shape().dimensions()).boxed().toList(),
                    sent.getTensorShape().getDimList().stream()
                            .map(dim -> dim.getSize())
                            .toList());
            boolean longTexts = tensor.dataType() == DataType.BYTES
                    && !sent.getTensorContent().isEmpty();
            if (!longTexts) {
                assertEquals(
                        TensorMessages.elements(tensor.dataType(), sent), TensorMessages.bytes(tensor), tensor.name());
            }
        }
    }
}
