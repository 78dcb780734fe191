package dev.sluice.gateway.front.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.v2.ElementCount;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads the InferTensorContents of one input.
 *
 * <p>Packed floats lie in the message just as a tensor has them, and so do packed truth values; they stay there, as views.
 * Everything else is written into tensor memory.
 *
 * @thread confined to one front loop; one use
 * @bound memory is taken only for as many elements as the message could hold
 * @errors InvalidRequest that names the element, as in {@code inputs[0].contents.int_contents[17]}
 * @owns the memory until {@link #decode} returns; gives it back when it throws
 */
final class ContentsDecoder {

    private final InputMessage input;
    private final DataType dataType;
    private final ContentsField wanted;
    private final MessageCursor cursor;
    private final Span contents;
    private final TensorBuffers buffers;
    private final int count;
    private final ElementReader elements;
    private int found;
    private @Nullable Span run;
    private @Nullable ByteBuffer memory;

    ContentsDecoder(InputMessage input, byte[] array, Span contents, TensorBuffers buffers) {
        this.input = input;
        this.dataType = input.dataType();
        this.wanted = ContentsField.of(input.field(), dataType);
        this.cursor = new MessageCursor(array, contents);
        this.contents = contents;
        this.buffers = buffers;
        this.count = (int) ElementCount.of(input.field(), input.shape());
        this.elements = new ElementReader(dataType, this::field);
    }

    ByteBuffer decode() throws IOException {
        if ((long) count * wanted.leastBytes() > contents.length()) {
            requireNoOther();
            throw InferenceException.invalid(
                    field(), "the shape " + input.shape() + " needs " + count + " elements, and there are fewer");
        }
        try {
            readFields();
            if (found != count) {
                throw InferenceException.invalid(
                        field(),
                        "the shape " + input.shape() + " needs " + count + " elements, and there are " + found);
            }
        } catch (IOException | InferenceException wrong) {
            if (memory != null) {
                buffers.giveBack(memory);
            }
            throw wrong;
        }
        if (memory != null) {
            return memory.limit(memory.position()).position(0);
        }
        Span view = run == null ? new Span(contents.to(), contents.to()) : run;
        return ByteBuffer.wrap(cursor.array(), view.from(), view.length())
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private String field() {
        return input.field() + ".contents." + wanted.fieldName();
    }

    /** Elements that stand in another field are not missing but in the wrong place. */
    private void requireNoOther() throws IOException {
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            int number = WireFormat.getTagFieldNumber(tag);
            if (number == wanted.number()) {
                cursor.skip(tag);
            } else {
                skipOther(tag, number);
            }
        }
    }

    private void readFields() throws IOException {
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            int number = WireFormat.getTagFieldNumber(tag);
            if (number != wanted.number()) {
                skipOther(tag, number);
            } else if (wanted == ContentsField.BYTES) {
                requireLengthDelimited(tag);
                readBytes();
            } else if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                readPacked();
            } else if (tag == wanted.unpackedTag()) {
                readElement(cursor.in());
            } else {
                throw new IOException("the wire type of " + wanted.fieldName() + " is another");
            }
        }
    }

    private void skipOther(int tag, int number) throws IOException {
        ContentsField other = ContentsField.ofNumber(number);
        if (other != null) {
            throw InferenceException.invalid(
                    input.field() + ".contents." + other.fieldName(), dataType + " stands in " + wanted.fieldName());
        }
        cursor.skip(tag);
    }

    private void requireLengthDelimited(int tag) throws IOException {
        if (tag != wanted.unpackedTag()) {
            throw new IOException("the wire type of " + wanted.fieldName() + " is another");
        }
    }

    private void readPacked() throws IOException {
        Span packed = cursor.readSpan();
        boolean first = run == null && memory == null;
        if (first && isTensorAlready(packed)) {
            run = packed;
            found = count;
            return;
        }
        CodedInputStream in = CodedInputStream.newInstance(cursor.array(), packed.from(), packed.length());
        while (!in.isAtEnd()) {
            readElement(in);
        }
    }

    /** Whether that run is all elements, in the form that a tensor has them in. */
    private boolean isTensorAlready(Span packed) {
        if (wanted.fixedBytes() > 0) {
            return packed.length() == (long) count * wanted.fixedBytes();
        }
        if (wanted != ContentsField.BOOL || packed.length() != count) {
            return false;
        }
        for (int at = packed.from(); at < packed.to(); at++) {
            if ((cursor.array()[at] & ~1) != 0) {
                return false;
            }
        }
        return true;
    }

    private ByteBuffer nextMemory() {
        if (found == count) {
            throw InferenceException.invalid(
                    field(), "more elements than the shape " + input.shape() + " has room for (" + count + ")");
        }
        if (memory == null) {
            memory = buffers.take(tensorBytes());
        }
        return memory;
    }

    /** Each string takes a tag, which is no longer than its length prefix is here. */
    private int tensorBytes() {
        long bytes = wanted == ContentsField.BYTES
                ? contents.length() + (long) count * DataType.LENGTH_PREFIX_BYTES
                : (long) count * dataType.elementBytes();
        if (bytes > Integer.MAX_VALUE) {
            throw InferenceException.invalid(input.field() + ".shape", "the tensor is larger than 2 GiB");
        }
        return (int) bytes;
    }

    private void readBytes() throws IOException {
        int length = cursor.in().readRawVarint32();
        int from = cursor.position();
        cursor.in().skipRawBytes(length); // refuses a negative length, and one beyond the contents
        nextMemory().putInt(length).put(cursor.array(), from, length);
        found++;
    }

    private void readElement(CodedInputStream in) throws IOException {
        elements.read(in, nextMemory());
        found++;
    }
}
