package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The members of a small object whose names are known; each is read when it is asked for.
 *
 * @thread confined to its caller
 * @errors InvalidRequest for an unknown member, one that comes twice, and a value of the wrong kind
 */
public final class JsonMembers {

    private final byte[] bytes;
    private final int end;
    private final Map<String, Integer> starts = new HashMap<>();

    private JsonMembers(byte[] bytes, int end) {
        this.bytes = bytes;
        this.end = end;
    }

    /** Of that text; one without anything in it has no members. */
    public static JsonMembers read(byte[] bytes, int from, int to, Set<String> known) {
        return read(bytes, from, to, name -> isKnown(name, known));
    }

    /** The same where others may stand among those that are wanted, which are passed over. */
    public static JsonMembers readAmongOthers(byte[] bytes, int from, int to, Set<String> wanted) {
        return read(bytes, from, to, wanted::contains);
    }

    private static JsonMembers read(byte[] bytes, int from, int to, Predicate<String> isTaken) {
        JsonMembers members = new JsonMembers(bytes, to);
        JsonCursor cursor = new JsonCursor(bytes, from, to);
        if (cursor.peek() == 0 && cursor.position >= to) {
            return members;
        }
        try {
            cursor.read('{');
            if (!cursor.tryRead('}')) {
                do {
                    String name = cursor.readName();
                    if (isTaken.test(name)) {
                        members.take(name, cursor.position);
                    }
                    cursor.skipValue();
                } while (cursor.readCommaOr('}'));
            }
            cursor.readEnd();
        } catch (BadJson bad) {
            throw InferenceException.invalid("body", bad.reason());
        }
        return members;
    }

    private static boolean isKnown(String name, Set<String> known) {
        if (!known.contains(name)) {
            throw InferenceException.invalid(
                    name, known.isEmpty() ? "unknown; no member is" : "unknown; known are " + new TreeSet<>(known));
        }
        return true;
    }

    private void take(String name, int start) {
        if (starts.put(name, start) != null) {
            throw InferenceException.invalid(name, "given twice");
        }
    }

    /** The same without those that are null, where that is how clients leave one out. */
    public JsonMembers withoutNulls() {
        starts.values().removeIf(start -> new JsonCursor(bytes, start, end).peek() == 'n'); // nothing else begins so
        return this;
    }

    public boolean has(String name) {
        return starts.containsKey(name);
    }

    /** That member as text; null when there is none. */
    public @Nullable String text(String name) {
        JsonCursor cursor = at(name);
        try {
            return cursor == null ? null : JsonStrings.readString(cursor);
        } catch (BadJson bad) {
            throw InferenceException.invalid(name, bad.reason());
        }
    }

    /** That member as people write it: a text without its quotes, anything else as it stands; null for none. */
    public @Nullable String scalar(String name) {
        JsonCursor cursor = at(name);
        if (cursor == null || cursor.peek() == '"') {
            return text(name);
        }
        try {
            int start = cursor.position;
            cursor.skipValue();
            return new String(bytes, start, cursor.position - start, StandardCharsets.UTF_8);
        } catch (BadJson bad) {
            throw InferenceException.invalid(name, bad.reason());
        }
    }

    /**
     * That member's UTF-8 where it stands: escapes are resolved in place, in bytes that nobody may read as JSON again,
     * so that a long one takes no memory. Null when there is none.
     */
    public @Nullable ByteBuffer textInPlace(String name) {
        JsonCursor cursor = at(name);
        if (cursor == null) {
            return null;
        }
        try {
            cursor.peek(); // which goes to what is there
            int start = cursor.position + 1;
            int length = JsonStrings.readUtf8(cursor, ByteBuffer.wrap(bytes, start, end - start));
            return ByteBuffer.wrap(bytes, start, length);
        } catch (BadJson bad) {
            throw InferenceException.invalid(name, bad.reason());
        }
    }

    /** The same as a whole number from 1 on. */
    public OptionalLong count(String name) {
        return whole(name, 1);
    }

    /** The same as any whole number, for who knows better what it may be. */
    public OptionalLong whole(String name) {
        return whole(name, Long.MIN_VALUE);
    }

    private OptionalLong whole(String name, long least) {
        JsonCursor cursor = at(name);
        try {
            return cursor == null
                    ? OptionalLong.empty()
                    : OptionalLong.of(JsonIntegers.read(cursor, least, Long.MAX_VALUE));
        } catch (BadJson bad) {
            throw InferenceException.invalid(name, bad.reason());
        }
    }

    /** The same as a list of texts and whole numbers; null when there is none. */
    public @Nullable List<String> words(String name) {
        JsonCursor cursor = at(name);
        if (cursor == null) {
            return null;
        }
        List<String> words = new ArrayList<>();
        try {
            cursor.read('[');
            if (!cursor.tryRead(']')) {
                do {
                    words.add(
                            cursor.peek() == '"'
                                    ? JsonStrings.readString(cursor)
                                    : Long.toString(JsonIntegers.read(cursor, Long.MIN_VALUE, Long.MAX_VALUE)));
                } while (cursor.readCommaOr(']'));
            }
            return words;
        } catch (BadJson bad) {
            throw InferenceException.invalid(name, bad.reason());
        }
    }

    /**
     * The same as a text, or a list of texts; null when there is none.
     *
     * @param most that are read, and one more, so that who takes no more sees that there are
     */
    public @Nullable JsonTexts texts(String name, int most) {
        JsonCursor cursor = at(name);
        if (cursor == null) {
            return null;
        }
        return JsonTexts.read(cursor, name, most);
    }

    /** The same where it stands, for who reads it by itself; null when there is none. */
    public @Nullable JsonCursor cursor(String name) {
        return at(name);
    }

    private @Nullable JsonCursor at(String name) {
        Integer start = starts.get(name);
        return start == null ? null : new JsonCursor(bytes, start, end);
    }
}
