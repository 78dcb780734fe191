package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes the elements of a tensor one by one into a message: numbers in one packed run, each string with a tag of its own. Both
 * kinds of half precision go as their bits.
 *
 * @thread stateless
 */
public final class ElementWriter {

    private ElementWriter() {}

    /** Whether the elements stand in a message as they stand in the tensor, and so need not be copied. */
    public static boolean isAsInMemory(DataType dataType) {
        return ElementReader.fixedBytes(dataType) > 0 || dataType == DataType.BOOL;
    }

    /** Of the elements alone; those of strings with their tags. */
    public static int size(Tensor tensor, int field) {
        if (isAsInMemory(tensor.dataType())) {
            return tensor.byteCount();
        }
        ByteBuffer data = tensor.data();
        long bytes = 0;
        for (int at = data.position(); at < data.limit(); at += step(tensor, at)) {
            bytes += elementSize(tensor, at, field);
        }
        return Math.toIntExact(bytes);
    }

    private static int step(Tensor tensor, int at) {
        return tensor.dataType() == DataType.BYTES
                ? DataType.LENGTH_PREFIX_BYTES + tensor.data().getInt(at)
                : tensor.dataType().elementBytes();
    }

    private static int elementSize(Tensor tensor, int at, int field) {
        return switch (tensor.dataType()) {
            case BYTES -> {
                int length = tensor.data().getInt(at);
                int head = CodedOutputStream.computeTagSize(field) + CodedOutputStream.computeUInt32SizeNoTag(length);
                yield Math.addExact(head, length);
            }
            case INT8, INT16, INT32 -> CodedOutputStream.computeInt32SizeNoTag((int) integer(tensor, at));
            default -> CodedOutputStream.computeUInt64SizeNoTag(integer(tensor, at));
        };
    }

    private static long integer(Tensor tensor, int at) {
        ByteBuffer data = tensor.data();
        return switch (tensor.dataType()) {
            case INT8 -> data.get(at);
            case UINT8 -> data.get(at) & 0xFF;
            case INT16 -> data.getShort(at);
            case UINT16, FP16, BF16 -> data.getShort(at) & 0xFFFF;
            case INT32 -> data.getInt(at);
            case UINT32 -> data.getInt(at) & 0xFFFF_FFFFL;
            case INT64, UINT64 -> data.getLong(at);
            case BOOL, FP32, FP64, BYTES -> throw new IllegalArgumentException(tensor.dataType() + " is no integer");
        };
    }

    /** The tag and the length of the packed run, which the elements follow; of strings, and of no elements, nothing. */
    public static void writeHead(Tensor tensor, int field, int elements, CodedOutputStream out) throws IOException {
        if (elements > 0 && tensor.dataType() != DataType.BYTES) {
            out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
            out.writeUInt32NoTag(elements);
        }
    }

    /** What {@link #writeHead} writes and the elements, which take so many bytes. */
    public static int fieldSize(Tensor tensor, int field, int elements) {
        if (elements == 0 || tensor.dataType() == DataType.BYTES) {
            return elements;
        }
        int head = CodedOutputStream.computeTagSize(field) + CodedOutputStream.computeUInt32SizeNoTag(elements);
        return Math.addExact(head, elements);
    }

    /** The elements alone. */
    public static void write(Tensor tensor, int field, CodedOutputStream out) throws IOException {
        DataType dataType = tensor.dataType();
        ByteBuffer data = tensor.data();
        if (isAsInMemory(dataType)) {
            out.write(data.duplicate());
            return;
        }
        boolean signed = dataType == DataType.INT8 || dataType == DataType.INT16 || dataType == DataType.INT32;
        for (int at = data.position(); at < data.limit(); at += step(tensor, at)) {
            if (dataType == DataType.BYTES) {
                int length = data.getInt(at);
                out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
                out.writeUInt32NoTag(length);
                out.write(data.slice(at + DataType.LENGTH_PREFIX_BYTES, length));
            } else if (signed) {
                out.writeInt32NoTag((int) integer(tensor, at));
            } else {
                out.writeUInt64NoTag(integer(tensor, at));
            }
        }
    }
}
