package dev.sluice.gateway.front.v2;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * {@code {"b64": "..."}}: bytes that need not be text, among JSON values.
 *
 * @thread stateless
 * @errors {@link BadJson} for another object, and for what is no base64
 * @source TensorFlow Serving, RESTful API, "Encoding binary values"
 */
public final class Base64Object {

    private static final String MEMBER = "\"b64\"";

    private Base64Object() {}

    /** Whether an object stands here that says it is one, its name without escapes; the position stays. */
    public static boolean isNext(JsonCursor cursor) {
        int start = cursor.position;
        try {
            return cursor.tryRead('{') && cursor.peek() == '"' && cursor.tryReadWord(MEMBER) && isAlone(cursor);
        } catch (BadJson notEvenJson) {
            return false;
        } finally {
            cursor.position = start;
        }
    }

    private static boolean isAlone(JsonCursor cursor) {
        if (!cursor.tryRead(':') || cursor.peek() != '"') {
            return false;
        }
        JsonStrings.skip(cursor);
        return cursor.peek() == '}';
    }

    /** Its bytes. White space among them is passed over, as encoders break lines. */
    static byte[] read(JsonCursor cursor) {
        if (!isNext(cursor)) {
            throw cursor.unexpected("a string");
        }
        cursor.read('{');
        cursor.readName();
        String text = cursor.readString();
        cursor.read('}');
        try {
            return Base64.getDecoder().decode(digits(text));
        } catch (IllegalArgumentException notBase64) {
            throw new BadJson("no base64");
        }
    }

    private static byte[] digits(String text) {
        byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
        int kept = 0;
        for (byte each : all) {
            if (each != ' ' && each != '\t' && each != '\r' && each != '\n') {
                all[kept++] = each;
            }
        }
        return kept == all.length ? all : Arrays.copyOf(all, kept);
    }
}
