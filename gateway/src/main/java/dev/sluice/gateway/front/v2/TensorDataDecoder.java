package dev.sluice.gateway.front.v2;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import java.nio.ByteBuffer;

/**
 * Reads the {@code data} of one tensor, flat or nested, straight into direct memory.
 *
 * @thread confined to one front loop
 * @shape a flat array has as many elements as the shape; a nested one has the shape's own form
 * @bound memory is taken only for as many elements as the rest of the body could hold
 * @errors InvalidRequest that names the tensor and the element, as in {@code inputs[0].data[17]}
 */
final class TensorDataDecoder {

    /** Even {@code 0,} takes two bytes, so no body of n bytes holds more than n / 2 + 1 elements. */
    private static final int SMALLEST_ELEMENT_BYTES = 2;

    private final JsonCursor cursor;
    private final TensorBuffers buffers;
    private final ElementReader elements;
    private final String field;
    private final Shape shape;
    private final DataType dataType;

    TensorDataDecoder(JsonCursor cursor, TensorBuffers buffers, String field, DataType dataType, Shape shape) {
        this.cursor = cursor;
        this.buffers = buffers;
        this.field = field;
        this.shape = shape;
        this.dataType = dataType;
        this.elements = new ElementReader(cursor, dataType);
    }

    /** Reads the value that stands here. */
    ByteBuffer decode() {
        if (shape.rank() > 0 && cursor.peek() != '[') {
            throw InferenceException.invalid(
                    field + ".data", cursor.unexpected("an array").reason());
        }
        int count = elementCount();
        ByteBuffer memory = buffers.take(bytesFor(count));
        elements.writeTo(memory);
        try {
            if (shape.rank() == 0 && cursor.peek() != '[') {
                elements.readNext();
            } else if (isNested()) {
                readLevel(0);
            } else {
                readFlat(count);
            }
        } catch (BadJson bad) {
            buffers.giveBack(memory);
            throw InferenceException.invalid(field + ".data[" + elements.count() + "]", bad.reason());
        } catch (InferenceException wrongForm) {
            buffers.giveBack(memory);
            throw wrongForm;
        }
        return memory.limit(memory.position()).position(0);
    }

    private int elementCount() {
        long count = ElementCount.of(field, shape);
        long possible = (cursor.end - cursor.position) / SMALLEST_ELEMENT_BYTES + 1L;
        if (count > possible) {
            throw InferenceException.invalid(field + ".data", whyFewer(count));
        }
        return (int) count;
    }

    /** A text that was cut off has too few elements as well, but that is not what is wrong with it. */
    private String whyFewer(long count) {
        try {
            cursor.skipValue();
            return "the shape " + shape + " needs " + count + " elements, and the data has fewer";
        } catch (BadJson bad) {
            return bad.reason();
        }
    }

    private int bytesFor(int count) {
        if (!dataType.isVariableSize()) {
            return tensorSize((long) count * dataType.elementBytes());
        }
        return tensorSize(span() + (long) count * DataType.LENGTH_PREFIX_BYTES);
    }

    /** How many bytes of text the value takes. */
    private int span() {
        int start = cursor.position;
        int behind;
        try {
            cursor.skipValue();
            behind = cursor.position;
        } catch (BadJson bad) {
            behind = cursor.end; // reading the elements meets it again, and knows which one it is
        }
        cursor.position = start;
        return behind - start;
    }

    private int tensorSize(long bytes) {
        if (bytes > Integer.MAX_VALUE) {
            throw InferenceException.invalid(field + ".shape", "the tensor is larger than 2 GiB");
        }
        return (int) bytes;
    }

    /** Whether the first element of the outermost array is an array itself. */
    private boolean isNested() {
        if (cursor.peek() != '[') {
            throw cursor.unexpected("an array");
        }
        int start = cursor.position++;
        boolean nested = cursor.peek() == '[';
        cursor.position = start;
        return nested;
    }

    private void readFlat(int count) {
        int found = elements.readArray(count);
        if (found < count) {
            throw wrongCount(field + ".data", "the shape " + shape + " needs " + count + " elements", found);
        }
    }

    private void readLevel(int axis) {
        if (axis >= shape.rank()) {
            throw InferenceException.invalid(field + ".data", "nested deeper than the shape " + shape);
        }
        if (cursor.peek() != '[') {
            throw InferenceException.invalid(
                    field + ".data", "not nested as the shape " + shape + " says, at element " + elements.count());
        }
        int size = (int) Math.min(shape.dimension(axis), Integer.MAX_VALUE);
        int found = axis == shape.rank() - 1 ? elements.readArray(size) : readChildren(axis, size);
        if (found < size) {
            throw wrongCount(field + ".data", "axis " + axis + " of the shape " + shape + " needs " + size, found);
        }
    }

    private int readChildren(int axis, int size) {
        cursor.position++;
        if (cursor.tryRead(']')) {
            return 0;
        }
        int found = 0;
        do {
            if (found == size) {
                throw wrongCount(
                        field + ".data", "axis " + axis + " of the shape " + shape + " needs " + size, found + 1);
            }
            readLevel(axis + 1);
            found++;
        } while (cursor.readCommaOr(']'));
        return found;
    }

    private static InferenceException wrongCount(String where, String needed, int found) {
        return InferenceException.invalid(where, needed + ", and the data has " + found);
    }
}
