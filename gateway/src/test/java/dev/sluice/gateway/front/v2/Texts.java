package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

/** A JSON text amid other bytes, so that whoever reads past its end reads something that changes the result. */
final class Texts {

    private static final String BEFORE = "7";
    private static final String AFTER = "9999999999";

    private Texts() {}

    static JsonCursor cursor(String text) {
        return cursor(text.getBytes(StandardCharsets.UTF_8));
    }

    static JsonCursor cursor(byte[] text) {
        byte[] bytes = new byte[BEFORE.length() + text.length + AFTER.length()];
        byte[] after = AFTER.getBytes(StandardCharsets.US_ASCII);
        bytes[0] = (byte) BEFORE.charAt(0);
        System.arraycopy(text, 0, bytes, BEFORE.length(), text.length);
        System.arraycopy(after, 0, bytes, BEFORE.length() + text.length, after.length);
        return new JsonCursor(bytes, BEFORE.length(), BEFORE.length() + text.length);
    }

    /** Reads the whole text with that reader. */
    static <T> T read(String text, Function<JsonCursor, T> reader) {
        JsonCursor cursor = cursor(text);
        T value = reader.apply(cursor);
        cursor.readEnd();
        return value;
    }

    /** Why that reader refuses the text. */
    static String refusal(String text, Function<JsonCursor, ?> reader) {
        return assertThrows(BadJson.class, () -> read(text, reader), text).reason();
    }
}
