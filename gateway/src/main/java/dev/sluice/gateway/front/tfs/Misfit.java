package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.front.v2.Base64Object;
import dev.sluice.gateway.front.v2.ElementTrial;
import dev.sluice.gateway.front.v2.GrowingTensor;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.gateway.front.v2.SignatureCheck;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks again at a value that could not be read, which is known to be JSON, and says what is wrong in the words of
 * TensorFlow Serving: with the value itself, whose form its first branch shows, or beside those before it.
 *
 * <p>A list that has the wrong size is at fault before anything in it is, and its size is known at its end. So what was
 * found inside waits until the lists around it have ended, and each byte is read once for the form and once for the
 * fault.
 *
 * @thread confined to one front loop; one use
 * @bound {@value SignatureCheck#MAX_RANK} levels; the value is walked twice, without memory of tensors for it
 * @source tensorflow/serving, json_tensor.cc: GetDenseTensorShape, FillTensorProto, AddInstanceItem
 */
final class Misfit {

    private final JsonCursor cursor;
    private final GrowingTensor before;
    private final DataType type;
    private final ElementTrial trial;

    /** Of the first branch, outermost first. */
    private final int[] sizes = new int[SignatureCheck.MAX_RANK];

    private int rank;

    /** Where the walk is, and from when a fault was found on where that is: the index at each level. */
    private final int[] place = new int[SignatureCheck.MAX_RANK];

    private int faultLevel;

    /**
     * Of the value at that position.
     *
     * @param before what was read of its input
     */
    Misfit(JsonCursor cursor, GrowingTensor before) {
        this.cursor = cursor;
        this.before = before;
        this.type = before.spec().dataType();
        this.trial = new ElementTrial(cursor, type);
    }

    /**
     * What is wrong, and where.
     *
     * @param reason what our reader says of it
     * @param name of the value
     */
    String why(String reason, String name) {
        int start = cursor.position();
        measureFirstBranch(0);
        cursor.goTo(start);
        @Nullable String fault = fault(0);
        if (fault == null && before.values() > 0) {
            fault = besideThoseBefore();
        }
        StringBuilder where = new StringBuilder(InferenceException.shortened(name));
        for (int level = 0; level < faultLevel; level++) {
            where.append('[').append(place[level]).append(']');
        }
        return (fault == null ? reason : fault) + " (at " + where + ")";
    }

    /** Reads over what stands here; lists deeper than any shape are not looked into. */
    private void measureFirstBranch(int level) {
        rank = level;
        if (level == SignatureCheck.MAX_RANK || cursor.peek() != '[') {
            cursor.skipValue();
            return;
        }
        rank = level + 1;
        cursor.read('[');
        if (cursor.tryRead(']')) {
            return;
        }
        measureFirstBranch(level + 1);
        int size = 1;
        while (cursor.readCommaOr(']')) {
            cursor.skipValue();
            size++;
        }
        sizes[level] = size;
    }

    /** Reads over what stands here. Null where nothing is wrong with it; otherwise {@link #place} leads there. */
    private @Nullable String fault(int level) {
        if (cursor.peek() != '[') {
            return faultOfElement(level);
        }
        if (level >= rank) {
            cursor.skipValue();
            faultLevel = level;
            return "Encountered list at unexpected level: " + level + " expected < " + rank;
        }
        @Nullable String fault = null;
        int size = 0;
        cursor.read('[');
        if (!cursor.tryRead(']')) {
            do {
                if (fault == null) {
                    place[level] = size;
                    fault = fault(level + 1);
                } else {
                    cursor.skipValue();
                }
                size++;
            } while (cursor.readCommaOr(']'));
        }
        if (size != sizes[level]) {
            faultLevel = level;
            return "Encountered list at unexpected size: " + size + " at level: " + level + " expected size: "
                    + sizes[level];
        }
        return fault;
    }

    private @Nullable String faultOfElement(int level) {
        int start = cursor.position();
        boolean fits = level == rank && trial.takes();
        cursor.goTo(start);
        boolean bytes = !fits && Base64Object.isNext(cursor);
        cursor.skipValue();
        if (fits) {
            return null;
        }
        faultLevel = level;
        return faultOfElement(level, cursor.excerptFrom(start), bytes);
    }

    private String faultOfElement(int level, String text, boolean bytes) {
        String value = "JSON Value: " + text;
        if (level != rank) {
            return value + " found at incorrect level: " + (level + 1) + " in the JSON DOM. Expected at level: " + rank;
        }
        byte first = (byte) text.charAt(0);
        if (first == '{' && type == DataType.BYTES) {
            return bytes ? "Unable to base64 decode" : value + " not formatted correctly for base64 data";
        }
        boolean tooLarge = isNumber(first) && (type == DataType.FP32 || type == DataType.FP64);
        return tooLarge
                ? "Cannot convert JSON value: " + text + " to " + TfsType.word(type) + " without loss of precision."
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
        Shape form = new Shape(Arrays.stream(sizes, 0, rank).asLongStream().toArray());
        if (expected.elementCount() != form.elementCount()) {
            return "Expecting tensor size: " + expected.elementCount() + " but got: " + form.elementCount();
        }
        return expected.equals(form) ? null : "Expecting shape " + expected + " but got: " + form;
    }
}
