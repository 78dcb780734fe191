package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The members of an object whose names are not known here, each with its value as text, those of an inner object by the
 * names of both: {@code guard.errors}.
 *
 * @thread stateless
 * @errors InvalidRequest for what is no such object
 */
public final class JsonSettings {

    private JsonSettings() {}

    /** In their order. */
    public static Map<String, String> read(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Map<String, String> settings = new LinkedHashMap<>();
        JsonCursor cursor = new JsonCursor(bytes, 0, bytes.length);
        try {
            members(cursor, bytes, "", settings);
            cursor.readEnd();
            return settings;
        } catch (BadJson bad) {
            throw InferenceException.invalid("body", bad.reason());
        }
    }

    /** Of sections in sections nobody knows anything: they are one value. */
    private static void members(JsonCursor cursor, byte[] bytes, String section, Map<String, String> settings) {
        cursor.read('{');
        if (cursor.tryRead('}')) {
            return;
        }
        do {
            String name = section + cursor.readName();
            if (cursor.peek() == '{' && section.isEmpty()) {
                members(cursor, bytes, name + ".", settings);
            } else if (cursor.peek() == '"') {
                settings.put(name, JsonStrings.readString(cursor));
            } else {
                int start = cursor.position;
                cursor.skipValue();
                settings.put(name, new String(bytes, start, cursor.position - start, StandardCharsets.UTF_8).strip());
            }
        } while (cursor.readCommaOr('}'));
    }
}
