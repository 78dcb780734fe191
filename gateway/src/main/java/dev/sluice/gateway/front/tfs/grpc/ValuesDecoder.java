package dev.sluice.gateway.front.tfs.grpc;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.grpc.ElementReader;
import dev.sluice.gateway.front.grpc.MessageCursor;
import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.gateway.front.tfs.Repetition;
import dev.sluice.gateway.front.tfs.TfsType;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads the elements of a TensorProto that stand one by one.
 *
 * <p>Where there are fewer than the shape has the last is repeated, and where there are none all are zero, as TensorFlow has it. The
 * field is walked twice: for how much there is, and then into memory. Packed floats, and packed truth values, that are all there
 * stay where they are, as views.
 *
 * @thread confined to one front loop; one use
 * @bound memory is taken only for a small multiple of what the message holds; where elements are repeated, for
 *     {@value #MOST_REPEATED_BYTES} bytes at most, or a few bytes could have the front loop fill gigabytes
 * @errors InvalidRequest that names the field, and the element where there is one
 * @owns the memory until {@link #decode} returns; gives it back when it throws
 * @source tensorflow, tensor.cc: FromProtoField
 */
final class ValuesDecoder {

    private static final int MOST_REPEATED_BYTES = Repetition.MOST_BYTES;

    private final TensorMessage tensor;
    private final ValueField wanted;
    private final byte[] array;
    private final TensorBuffers buffers;
    private final int count;
    private long valueBytes;
    private int runs;
    private int singles;
    private int found;
    private @Nullable Span last;

    /** @param count elements of its shape */
    ValuesDecoder(TensorMessage tensor, byte[] array, int count, TensorBuffers buffers) {
        this.tensor = tensor;
        this.wanted = ValueField.of(tensor.dataType());
        this.array = array;
        this.buffers = buffers;
        this.count = count;
    }

    ByteBuffer decode() throws IOException {
        measure();
        if (wanted == ValueField.STRING) {
            return strings();
        }
        if (runs == 1 && singles == 0 && last != null && isTensorAlready(last)) {
            return ByteBuffer.wrap(array, last.from(), last.length()).slice().order(ByteOrder.LITTLE_ENDIAN);
        }
        return numbers();
    }

    private void measure() throws IOException {
        MessageCursor cursor = new MessageCursor(array, tensor.message());
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            @Nullable ValueField field = ValueField.ofNumber(WireFormat.getTagFieldNumber(tag));
            if (field != wanted) {
                requireNone(field);
                cursor.skip(tag);
                continue;
            }
            if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                last = cursor.readSpan();
                valueBytes += last.length();
                runs++;
            } else {
                requireTag(tag == wanted.unpackedTag());
                int from = cursor.position();
                cursor.skip(tag);
                valueBytes += cursor.position() - from;
                singles++;
            }
        }
    }

    /** Elements that stand in another field are not missing but in the wrong place. */
    private void requireNone(@Nullable ValueField other) {
        if (other != null) {
            throw InferenceException.invalid(
                    other.fieldName(), TfsType.constant(tensor.dataType()) + " stands in " + wanted.fieldName());
        }
    }

    private void requireTag(boolean right) throws IOException {
        if (!right) {
            throw new IOException("the wire type of " + wanted.fieldName() + " is another");
        }
    }

    private boolean isTensorAlready(Span run) {
        int fixed = ElementReader.fixedBytes(tensor.dataType());
        if (fixed > 0) {
            return run.length() == (long) count * fixed;
        }
        if (wanted != ValueField.BOOL || run.length() != count) {
            return false;
        }
        for (int at = run.from(); at < run.to(); at++) {
            if ((array[at] & ~1) != 0) {
                return false;
            }
        }
        return true;
    }

    private ByteBuffer numbers() throws IOException {
        int elementBytes = tensor.dataType().elementBytes();
        long most = valueBytes / Math.max(1, ElementReader.fixedBytes(tensor.dataType()));
        ByteBuffer memory = take((long) count * elementBytes, most < count);
        try {
            ElementReader elements = new ElementReader(tensor.dataType(), wanted::fieldName);
            MessageCursor cursor = new MessageCursor(array, tensor.message());
            for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) != wanted.number()) {
                    cursor.skip(tag);
                } else if (WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                    Span run = cursor.readSpan();
                    CodedInputStream in = CodedInputStream.newInstance(array, run.from(), run.length());
                    while (!in.isAtEnd()) {
                        next();
                        elements.read(in, memory);
                    }
                } else {
                    next();
                    elements.read(cursor.in(), memory);
                }
            }
            repeat(memory, elementBytes);
            return memory.position(0);
        } catch (IOException | InferenceException wrong) {
            buffers.giveBack(memory);
            throw wrong;
        }
    }

    private void next() {
        if (found == count) {
            throw InferenceException.invalid(
                    wanted.fieldName(), "more elements than the shape " + tensor.shape() + " has room for");
        }
        found++;
    }

    /** Fills what is left with the last element; with zeros, if there is none. */
    private void repeat(ByteBuffer memory, int elementBytes) {
        int from = memory.position();
        if (found == 0) {
            while (memory.hasRemaining()) {
                memory.put((byte) 0);
            }
            return;
        }
        int source = from - elementBytes;
        while (memory.hasRemaining()) { // what has been written is copied, twice as much each time
            int length = Math.min(memory.remaining(), memory.position() - source);
            memory.put(memory.position(), memory, source, length).position(memory.position() + length);
        }
    }

    private ByteBuffer strings() throws IOException {
        if (runs > count) {
            throw InferenceException.invalid(
                    wanted.fieldName(), "more elements than the shape " + tensor.shape() + " has room for");
        }
        int repeated = last == null ? 0 : last.length();
        long bytes = valueBytes + (long) count * DataType.LENGTH_PREFIX_BYTES + (long) (count - runs) * repeated;
        ByteBuffer memory = take(bytes, runs < count);
        MessageCursor cursor = new MessageCursor(array, tensor.message());
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            if (WireFormat.getTagFieldNumber(tag) == wanted.number()) {
                put(cursor.readSpan(), memory);
            } else {
                cursor.skip(tag);
            }
        }
        Span filler = last == null ? new Span(0, 0) : last;
        for (int each = runs; each < count; each++) {
            put(filler, memory);
        }
        return memory.position(0);
    }

    private void put(Span text, ByteBuffer memory) {
        memory.putInt(text.length()).put(array, text.from(), text.length());
    }

    private ByteBuffer take(long bytes, boolean repeats) {
        if (repeats && bytes > MOST_REPEATED_BYTES) {
            throw InferenceException.invalid(
                    wanted.fieldName(),
                    "fewer elements than the shape " + tensor.shape() + " has, and repeating them would take " + bytes
                            + " bytes; more than " + MOST_REPEATED_BYTES + " must be sent");
        }
        if (bytes > Integer.MAX_VALUE) {
            throw InferenceException.invalid("tensor_shape", "the tensor is larger than 2 GiB");
        }
        return buffers.take((int) bytes);
    }
}
