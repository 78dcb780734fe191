package dev.sluice.worker.engine;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Translates between contract tensors and ONNX Runtime's.
 *
 * @thread any
 * @shape both ways unchanged
 * @owns nothing: whoever asks for a native tensor closes it
 */
final class OnnxTensors {

    private final OrtEnvironment environment;
    private final UnsignedCasts casts;

    OnnxTensors(OrtEnvironment environment, UnsignedCasts casts) {
        this.environment = environment;
        this.casts = casts;
    }

    OutputMemory outputMemory(Signature signature, int maxBatchRows, long maxBytes) {
        return new OutputMemory(environment, signature, maxBatchRows, maxBytes);
    }

    /** A native tensor over the memory of a direct buffer, which must not change while the tensor is open. */
    OnnxTensor toNative(Tensor tensor) throws OrtException {
        return switch (tensor.dataType()) {
            case BYTES ->
                OnnxTensor.createTensor(
                        environment, ByteStrings.decode(tensor), tensor.shape().dimensions());
            case UINT16 -> casts.toUnsigned(DataType.UINT16, numeric(tensor, OnnxJavaType.INT16));
            case UINT32 -> casts.toUnsigned(DataType.UINT32, numeric(tensor, OnnxJavaType.INT32));
            case UINT64 -> casts.toUnsigned(DataType.UINT64, numeric(tensor, OnnxJavaType.INT64));
            case UINT8, BOOL, INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64 ->
                numeric(tensor, Objects.requireNonNull(OnnxTypes.overMemory(tensor.dataType())));
        };
    }

    private OnnxTensor numeric(Tensor tensor, OnnxJavaType type) throws OrtException {
        ByteBuffer memory = direct(tensor.data());
        return OnnxTensor.createTensor(environment, memory, tensor.shape().dimensions(), type);
    }

    /** The same bytes from index 0 of a direct buffer; a copy only if they are on the heap. */
    static ByteBuffer direct(ByteBuffer data) {
        ByteBuffer bytes = data.slice();
        ByteBuffer memory = bytes.isDirect()
                ? bytes
                : ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
        return memory.order(ByteOrder.LITTLE_ENDIAN);
    }

    /** A copy on the heap; the native value may be closed afterwards. */
    static Tensor toContract(String name, OnnxValue value) throws OrtException {
        if (!(value instanceof OnnxTensor tensor)) {
            throw new IllegalStateException("output " + name + " is not a tensor but " + value.getType());
        }
        DataType type = OnnxTypes.of(tensor.getInfo());
        if (type == null) {
            throw new IllegalStateException("output " + name + " has a type that V2 lacks: " + tensor.getInfo());
        }
        Shape shape = new Shape(tensor.getInfo().getShape());
        ByteBuffer data = type == DataType.BYTES ? ByteStrings.encode(tensor.getValue()) : tensor.getByteBuffer();
        return new Tensor(name, type, shape, data.order(ByteOrder.LITTLE_ENDIAN));
    }
}
