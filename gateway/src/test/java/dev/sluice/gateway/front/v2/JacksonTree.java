package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** JSON as Jackson reads it, in the obvious way: maps, lists, and the text of everything else, numbers too. */
public final class JacksonTree {

    private static final JsonFactory JACKSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private JacksonTree() {}

    /** Of a text that is known to begin with an object; what stands behind it is not looked at. */
    public static Map<String, Object> object(byte[] text) throws IOException {
        try (JsonParser parser = JACKSON.createParser(new String(text, StandardCharsets.UTF_8))) {
            assertEquals(JsonToken.START_OBJECT, parser.nextToken());
            return object(parser);
        }
    }

    private static Object value(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            return object(parser);
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return parser.getText();
        }
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(value(parser));
        }
        return list;
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            object.put(name, value(parser));
        }
        return object;
    }

    /**
     * The elements of a tensor that these leaves are.
     *
     * @param put one of them
     */
    public static ByteBuffer bits(List<Object> leaves, BiConsumer<Object, ByteBuffer> put) {
        int most = leaves.stream()
                .mapToInt(leaf -> 3 * leaf.toString().length() + Long.BYTES)
                .sum();
        ByteBuffer bits = ByteBuffer.allocate(most).order(ByteOrder.LITTLE_ENDIAN);
        leaves.forEach(leaf -> put.accept(leaf, bits));
        return bits.flip();
    }

    /** An element of BYTES: a text, or {@code {"b64": ...}}. */
    public static void putBytes(Object leaf, ByteBuffer bits) {
        byte[] utf8 = leaf instanceof Map<?, ?> map
                ? Base64.getDecoder().decode(String.valueOf(map.get("b64")).replaceAll("[ \\t\\r\\n]+", ""))
                : String.valueOf(leaf).getBytes(StandardCharsets.UTF_8);
        bits.putInt(utf8.length).put(utf8);
    }
}
