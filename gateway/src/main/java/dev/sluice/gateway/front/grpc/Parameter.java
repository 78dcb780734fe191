package dev.sluice.gateway.front.grpc;

import dev.sluice.gateway.front.grpc.MessageCursor.Span;
import dev.sluice.worker.contract.InferenceException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a map of parameters.
 *
 * @param value a Boolean, Long, String or Double; null when the entry has none
 * @param unsigned whether a Long counts as unsigned
 */
record Parameter(String name, @Nullable Object value, boolean unsigned) {

    static Parameter read(byte[] array, Span entry) throws IOException {
        MessageCursor cursor = new MessageCursor(array, entry);
        String name = "";
        @Nullable Span choice = null;
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            switch (tag) {
                case MessageTags.MAP_KEY -> name = cursor.readString();
                case MessageTags.MAP_VALUE -> {
                    if (choice != null) {
                        throw new IOException("an entry of a map has two values");
                    }
                    choice = cursor.readSpan();
                }
                default -> cursor.skip(tag);
            }
        }
        return choice == null ? new Parameter(name, null, false) : of(name, new MessageCursor(array, choice));
    }

    private static Parameter of(String name, MessageCursor cursor) throws IOException {
        @Nullable Object value = null;
        boolean unsigned = false;
        for (int tag = cursor.readTag(); tag != 0; tag = cursor.readTag()) {
            unsigned = tag == MessageTags.UINT64_PARAM;
            switch (tag) {
                case MessageTags.BOOL_PARAM -> value = cursor.in().readBool();
                case MessageTags.INT64_PARAM, MessageTags.UINT64_PARAM ->
                    value = cursor.in().readInt64();
                case MessageTags.STRING_PARAM -> value = cursor.readString();
                case MessageTags.DOUBLE_PARAM -> value = cursor.in().readDouble();
                default -> cursor.skip(tag);
            }
        }
        return new Parameter(name, value, unsigned);
    }

    boolean bool(String field) {
        if (value instanceof Boolean bool) {
            return bool;
        }
        throw InferenceException.invalid(field, "expected bool_param");
    }

    /** A number from 0 on; what is beyond a {@code long} is the largest there is. */
    long count(String field) {
        if (value instanceof Long number && (unsigned || number >= 0)) {
            return number < 0 ? Long.MAX_VALUE : number;
        }
        throw InferenceException.invalid(field, "expected int64_param or uint64_param, and no less than 0");
    }

    long count(String field, long most) {
        long count = count(field);
        if (count > most) {
            throw InferenceException.invalid(field, "expected no more than " + most);
        }
        return count;
    }

    String text(String field) {
        if (value instanceof String text) {
            return text;
        }
        throw InferenceException.invalid(field, "expected string_param");
    }

    /** Whether it says that there is none, as 0 and the empty text do. */
    boolean isNone() {
        return value == null || value.equals(0L) || value.equals("");
    }
}
