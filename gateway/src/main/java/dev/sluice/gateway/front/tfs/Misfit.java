package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.v2.Base64Object;
import dev.sluice.gateway.front.v2.GrowingTensor;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Looks again at a value that could not be read, which is known to be JSON, and says what is wrong in the words of
 * TensorFlow Serving: with the value itself, whose form its first branch shows, or beside those before it.
 *
 * @thread confined to one front loop; one use
 * @bound the value is walked twice, without memory for it
 * @source tensorflow/serving, json_tensor.cc: GetDenseTensorShape, FillTensorProto, AddInstanceItem
 */
final class Misfit {

    private final JsonCursor cursor;
    private final GrowingTensor before;
    private final DataType type;
    private final Deque<Integer> place = new ArrayDeque<>();
    private Shape form = Shape.SCALAR;

    /**
     * Of the value at that position.
     *
     * @param before what was read of its input
     */
    Misfit(JsonCursor cursor, GrowingTensor before) {
        this.cursor = cursor;
        this.before = before;
        this.type = before.spec().dataType();
    }

    /**
     * What is wrong, and where.
     *
     * @param reason what our reader says of it
     * @param name of the value
     */
    String why(String reason, String name) {
        int start = cursor.position();
        form = formOfFirstBranch();
        cursor.goTo(start);
        @Nullable String fault = fault(0);
        if (fault == null && before.values() > 0) {
            fault = besideThoseBefore();
        }
        StringBuilder where = new StringBuilder(InferenceException.shortened(name));
        for (Iterator<Integer> steps = place.descendingIterator(); steps.hasNext(); ) {
            where.append('[').append(steps.next()).append(']');
        }
        return (fault == null ? reason : fault) + " (at " + where + ")";
    }

    private Shape formOfFirstBranch() {
        int start = cursor.position();
        if (cursor.peek() != '[') {
            return Shape.SCALAR;
        }
        int size = countHere();
        cursor.goTo(start);
        cursor.read('[');
        Shape inner = size == 0 ? Shape.SCALAR : formOfFirstBranch();
        long[] dimensions = new long[inner.rank() + 1];
        dimensions[0] = size;
        System.arraycopy(inner.dimensions(), 0, dimensions, 1, inner.rank());
        return new Shape(dimensions);
    }

    /** How many elements the list has that stands here, which is read over. */
    private int countHere() {
        cursor.read('[');
        int size = 0;
        if (!cursor.tryRead(']')) {
            do {
                cursor.skipValue();
                size++;
            } while (cursor.readCommaOr(']'));
        }
        return size;
    }

    /** Null where nothing is wrong with what stands here; otherwise {@link #place} leads there. */
    private @Nullable String fault(int level) {
        if (cursor.peek() != '[') {
            return faultOfElement(level);
        }
        if (level >= form.rank()) {
            return "Encountered list at unexpected level: " + level + " expected < " + form.rank();
        }
        int start = cursor.position();
        int size = countHere();
        if (size != form.dimension(level)) {
            return "Encountered list at unexpected size: " + size + " at level: " + level + " expected size: "
                    + form.dimension(level);
        }
        cursor.goTo(start);
        cursor.read('[');
        for (int i = 0; i < size; i++) {
            place.push(i);
            @Nullable String fault = fault(level + 1);
            if (fault != null) {
                return fault;
            }
            place.pop();
            cursor.readCommaOr(']');
        }
        if (size == 0) {
            cursor.read(']');
        }
        return null;
    }

    private @Nullable String faultOfElement(int level) {
        int start = cursor.position();
        byte first = cursor.peek();
        boolean bytes = Base64Object.isNext(cursor);
        cursor.skipValue();
        String value = "JSON Value: " + InferenceException.shortened(cursor.textFrom(start));
        if (level != form.rank()) {
            return value + " found at incorrect level: " + (level + 1) + " in the JSON DOM. Expected at level: "
                    + form.rank();
        }
        int behind = cursor.position();
        cursor.goTo(start);
        boolean fits = before.takes();
        cursor.goTo(behind);
        if (fits) {
            return null;
        }
        if (first == '{' && type == DataType.BYTES) {
            return bytes ? "Unable to base64 decode" : value + " not formatted correctly for base64 data";
        }
        boolean tooLarge = isNumber(first) && (type == DataType.FP32 || type == DataType.FP64);
        return tooLarge
                ? "Cannot convert JSON value: " + value.substring("JSON Value: ".length()) + " to " + TfsType.word(type)
                        + " without loss of precision."
                : value + " Type: " + kind(first) + " is not of expected type: " + TfsType.word(type);
    }

    private static boolean isNumber(byte first) {
        return kind(first).equals("Number");
    }

    /** What JSON calls the kind of value that begins so. */
    static String kind(byte first) {
        return switch (first) {
            case '{' -> "Object";
            case '[' -> "Array";
            case '"' -> "String";
            case 't' -> "True";
            case 'f' -> "False";
            case 'n' -> "Null";
            default -> "Number";
        };
    }

    private @Nullable String besideThoseBefore() {
        Shape expected = before.form();
        if (expected.elementCount() != form.elementCount()) {
            return "Expecting tensor size: " + expected.elementCount() + " but got: " + form.elementCount();
        }
        return expected.equals(form) ? null : "Expecting shape " + expected + " but got: " + form;
    }
}
