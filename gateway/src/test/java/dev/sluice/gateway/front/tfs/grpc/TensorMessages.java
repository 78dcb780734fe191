package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.ByteString;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.tfs.TfsType;
import dev.sluice.gateway.front.tfs.grpc.wire.ModelSpec;
import dev.sluice.gateway.front.tfs.grpc.wire.PredictRequest;
import dev.sluice.gateway.front.tfs.grpc.wire.TensorProto;
import dev.sluice.gateway.front.tfs.grpc.wire.TensorShapeProto;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Messages as clients make them, with generated classes, and what TensorFlow reads in them, written down once more. */
final class TensorMessages {

    private static final int AMID = 7;

    private TensorMessages() {}

    /** One input {@code x} of that type and any shape of that rank, without rows. */
    static Signature one(DataType type, int rank) {
        long[] dimensions = new long[rank];
        Arrays.fill(dimensions, Shape.VARIABLE);
        return new Signature(
                List.of(new TensorSpec("x", type, new Shape(dimensions))),
                List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 2))),
                false);
    }

    static PredictRequest request(TensorProto x) {
        return PredictRequest.newBuilder()
                .setModelSpec(ModelSpec.newBuilder().setName("m"))
                .putInputs("x", x)
                .build();
    }

    static TensorProto.Builder tensor(DataType type, long... shape) {
        TensorShapeProto.Builder dimensions = TensorShapeProto.newBuilder();
        Arrays.stream(shape).forEach(size -> dimensions.addDimBuilder().setSize(size));
        return TensorProto.newBuilder().setDtypeValue(TfsType.number(type)).setTensorShape(dimensions);
    }

    static ByteString bytes(Tensor tensor) {
        return ByteString.copyFrom(tensor.data().duplicate());
    }

    /** The elements in the field that is for their type. */
    static TensorProto.Builder typed(Tensor tensor) {
        TensorProto.Builder typed = tensor(tensor.dataType(), tensor.shape().dimensions());
        ByteBuffer data = tensor.data();
        int at = data.position();
        while (at < data.limit()) {
            switch (tensor.dataType()) {
                case BOOL -> typed.addBoolVal(data.get(at) != 0);
                case INT8 -> typed.addIntVal(data.get(at));
                case INT16 -> typed.addIntVal(data.getShort(at));
                case INT32 -> typed.addIntVal(data.getInt(at));
                case INT64 -> typed.addInt64Val(data.getLong(at));
                case UINT8 -> typed.addIntVal(data.get(at) & 0xFF);
                case UINT16 -> typed.addIntVal(data.getShort(at) & 0xFFFF);
                case UINT32 -> typed.addUint32Val(data.getInt(at));
                case UINT64 -> typed.addUint64Val(data.getLong(at));
                case FP16, BF16 -> typed.addHalfVal(data.getShort(at) & 0xFFFF);
                case FP32 -> typed.addFloatVal(data.getFloat(at));
                case FP64 -> typed.addDoubleVal(data.getDouble(at));
                case BYTES -> {
                    int length = data.getInt(at);
                    typed.addStringVal(ByteString.copyFrom(data.slice(at + Integer.BYTES, length)));
                    at += Integer.BYTES + length;
                }
            }
            at += tensor.dataType().elementBytes();
        }
        return typed;
    }

    /** Its elements as TensorFlow understands them, each in its bytes; strings with their length. */
    static ByteString elements(DataType type, TensorProto tensor) {
        int count = 1;
        for (TensorShapeProto.Dim dim : tensor.getTensorShape().getDimList()) {
            count *= (int) dim.getSize();
        }
        if (!tensor.getTensorContent().isEmpty() && type != DataType.BYTES) {
            return tensor.getTensorContent();
        }
        List<ByteString> all = new ArrayList<>(type == DataType.BYTES ? texts(tensor, count) : numbers(type, tensor));
        while (all.size() < count) {
            all.add(all.isEmpty() ? zero(type) : all.getLast());
        }
        return ByteString.copyFrom(all);
    }

    private static ByteString zero(DataType type) {
        return ByteString.copyFrom(new byte[type == DataType.BYTES ? Integer.BYTES : type.elementBytes()]);
    }

    private static ByteString little(int bytes, long value) {
        ByteBuffer buffer =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, value);
        return ByteString.copyFrom(buffer.limit(bytes));
    }

    private static List<ByteString> texts(TensorProto tensor, int count) {
        List<ByteString> texts = tensor.getStringValList();
        if (!tensor.getTensorContent().isEmpty()) {
            texts = new ArrayList<>();
            byte[] content = tensor.getTensorContent().toByteArray();
            int at = count; // of lengths below 128, which is what is tried
            for (int each = 0; each < count; each++) {
                texts.add(ByteString.copyFrom(content, at, content[each]));
                at += content[each];
            }
        }
        return texts.stream()
                .map(text -> little(Integer.BYTES, text.size()).concat(text))
                .toList();
    }

    private static List<ByteString> numbers(DataType type, TensorProto tensor) {
        int bytes = type.elementBytes();
        return switch (type) {
            case BOOL ->
                tensor.getBoolValList().stream()
                        .map(value -> little(bytes, value ? 1 : 0))
                        .toList();
            case INT8, INT16, INT32, UINT8, UINT16 ->
                tensor.getIntValList().stream()
                        .map(value -> little(bytes, value))
                        .toList();
            case FP16, BF16 ->
                tensor.getHalfValList().stream()
                        .map(value -> little(bytes, value))
                        .toList();
            case INT64 ->
                tensor.getInt64ValList().stream()
                        .map(value -> little(bytes, value))
                        .toList();
            case UINT32 ->
                tensor.getUint32ValList().stream()
                        .map(value -> little(bytes, value))
                        .toList();
            case UINT64 ->
                tensor.getUint64ValList().stream()
                        .map(value -> little(bytes, value))
                        .toList();
            case FP32 ->
                tensor.getFloatValList().stream()
                        .map(value -> little(bytes, Float.floatToRawIntBits(value)))
                        .toList();
            case FP64 ->
                tensor.getDoubleValList().stream()
                        .map(value -> little(bytes, Double.doubleToRawLongBits(value)))
                        .toList();
            case BYTES -> throw new AssertionError("no number");
        };
    }

    /** Decodes a message that stands amid other bytes. */
    static DecodedRequest decode(Signature signature, byte[] message, TensorBuffers buffers) {
        byte[] amid = new byte[message.length + 2 * AMID];
        Arrays.fill(amid, (byte) 0xFF);
        System.arraycopy(message, 0, amid, AMID, message.length);
        return new PredictMessageDecoder(new HttpBytes(amid, AMID, AMID + message.length), signature, buffers).decode();
    }
}
