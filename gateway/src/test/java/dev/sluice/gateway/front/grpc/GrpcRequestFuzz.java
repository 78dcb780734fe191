package dev.sluice.gateway.front.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.sluice.gateway.front.TensorBuffers;
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
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Any bytes as a ModelInferRequest: refused as the client's mistake, or read as the generated classes read it. */
final class GrpcRequestFuzz {

    private static final GrpcRequestFuzz TARGET = new GrpcRequestFuzz();
    private static final int MAX_BYTES = 4096;

    /** One for each type, and one of several inputs. */
    private static final List<Signature> SIGNATURES = Stream.concat(
                    Arrays.stream(DataType.values()).map(type -> Messages.one(type, 1)),
                    Stream.of(
                            Messages.batched(new TensorSpec("x", DataType.FP32, new Shape(-1, 3))),
                            Messages.batched(
                                    new TensorSpec("a", DataType.INT64, new Shape(-1)),
                                    new TensorSpec("b", DataType.BYTES, new Shape(-1, 2)),
                                    new TensorSpec("c", DataType.FP32, new Shape(-1, -1), true))))
            .toList();

    private final TensorBuffers buffers = new TensorBuffers();

    /** What the fuzzer calls, by this name. */
    public static void fuzzerTestOneInput(byte[] input) {
        TARGET.check(input);
    }

    void check(byte[] input) {
        if (input.length > MAX_BYTES) {
            return;
        }
        for (Signature signature : SIGNATURES) {
            try {
                DecodedRequest read = Messages.decode(signature, input, buffers);
                compare(read, ModelInferRequest.parseFrom(input));
                read.inputs().forEach(tensor -> buffers.giveBack(tensor.data()));
            } catch (InferenceException refused) {
                assertFalse(refused.error().message().isBlank());
                assertEquals(InvalidRequest.class, refused.error().getClass());
            } catch (InvalidProtocolBufferException broken) {
                throw new AssertionError("it is no message, and was read as one", broken);
            }
        }
    }

    private static void compare(DecodedRequest read, ModelInferRequest generated) {
        assertEquals(generated.getId(), read.form().id());
        assertEquals(generated.getInputsCount(), read.inputs().size());
        for (int place = 0; place < generated.getInputsCount(); place++) {
            InferInputTensor input = generated.getInputs(place);
            Tensor tensor = read.inputs().stream()
                    .filter(each -> each.name().equals(input.getName()))
                    .findFirst()
                    .orElseThrow();
            assertEquals(input.getDatatype(), tensor.dataType().name());
            assertEquals(
                    input.getShapeList(),
                    Arrays.stream(tensor.shape().dimensions()).boxed().toList());
            if (generated.getRawInputContentsCount() > 0) {
                assertEquals(generated.getRawInputContents(place), Messages.bytes(tensor));
            } else {
                assertEquals(known(input.getContents()), Messages.contents(tensor));
            }
        }
    }

    private static InferTensorContents known(InferTensorContents contents) {
        return contents.toBuilder()
                .setUnknownFields(UnknownFieldSet.getDefaultInstance())
                .build();
    }
}
