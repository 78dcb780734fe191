package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import java.util.ArrayList;
import java.util.List;

/**
 * A text, or a list of texts, in JSON.
 *
 * @param isList whether it is one, which a list of one text is too
 */
public record JsonTexts(List<String> texts, boolean isList) {

    private static final String BODY = "body";

    public JsonTexts {
        texts = List.copyOf(texts);
    }

    /**
     * Those that stand there.
     *
     * @param name of where that is, for errors
     * @param most that are read, and one more, so that who takes no more sees that there are
     * @throws InferenceException InvalidRequest for anything else
     */
    static JsonTexts read(JsonCursor cursor, String name, int most) {
        List<String> texts = new ArrayList<>();
        boolean list = cursor.peek() == '[';
        try {
            if (!list) {
                return new JsonTexts(List.of(cursor.readString()), false);
            }
            cursor.read('[');
            if (!cursor.tryRead(']')) {
                do {
                    texts.add(cursor.readString());
                } while (texts.size() <= most && cursor.readCommaOr(']'));
            }
            return new JsonTexts(texts, true);
        } catch (BadJson bad) {
            throw InferenceException.invalid(list ? name + "[" + texts.size() + "]" : name, bad.reason());
        }
    }

    /**
     * Those that are all of a body.
     *
     * @param most as above
     */
    public static JsonTexts ofBody(byte[] bytes, int from, int to, int most) {
        JsonCursor cursor = new JsonCursor(bytes, from, to);
        JsonTexts read = read(cursor, BODY, most);
        if (read.texts.size() > most) { // the rest has not been looked at
            return read;
        }
        try {
            cursor.readEnd();
            return read;
        } catch (BadJson bad) {
            throw InferenceException.invalid(BODY, bad.reason());
        }
    }

    /** Whether they are all of a body; what only begins so may be a text that does. */
    public static boolean areAllOf(byte[] bytes, int from, int to) {
        JsonCursor cursor = new JsonCursor(bytes, from, to);
        try {
            boolean list = cursor.tryRead('[');
            boolean more = !list || !cursor.tryRead(']');
            while (more) {
                if (cursor.peek() != '"') {
                    return false;
                }
                cursor.skipValue();
                more = list && cursor.readCommaOr(']');
            }
            cursor.readEnd();
            return true;
        } catch (BadJson none) {
            return false;
        }
    }
}
