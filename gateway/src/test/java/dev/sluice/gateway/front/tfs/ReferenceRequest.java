package dev.sluice.gateway.front.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What the body of a {@code :predict} says, as Jackson reads it into a tree, in the obvious way. */
final class ReferenceRequest {

    private static final JsonFactory JACKSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    private final Map<String, Object> members = new HashMap<>();

    /** Of a body that is known to begin with an object. */
    static ReferenceRequest of(byte[] body) throws IOException {
        ReferenceRequest request = new ReferenceRequest();
        try (JsonParser parser = JACKSON.createParser(new String(body, StandardCharsets.UTF_8))) {
            assertEquals(JsonToken.START_OBJECT, parser.nextToken());
            request.members.putAll(object(parser));
        }
        return request;
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
        Map<String, Object> object = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            object.put(name, value(parser));
        }
        return object;
    }

    boolean isByRows() {
        return members.containsKey("instances");
    }

    /** Holds what was decoded to the same shapes and elements, to the last bit. */
    void assertSame(List<Tensor> inputs, Signature signature) {
        for (Tensor input : inputs) {
            Object whole = whole(input.name(), signature);
            assertEquals(new Shape(shape(whole)), input.shape(), input.name());
            List<Object> leaves = new ArrayList<>();
            leaves(whole, leaves);
            assertEquals(bits(input.dataType(), leaves), input.data(), () -> input + " of " + whole);
        }
    }

    /** An input's value, rows put together to a list. */
    private Object whole(String name, Signature signature) {
        if (!isByRows()) {
            return named(value("inputs"), name, signature);
        }
        List<Object> rows = new ArrayList<>();
        for (Object row : (List<?>) value("instances")) {
            rows.add(named(row, name, signature));
        }
        return rows;
    }

    private Object value(String member) {
        @Nullable Object value = members.get(member);
        assertTrue(value != null, "decoded without " + member);
        return value;
    }

    private static Object named(Object value, String name, Signature signature) {
        boolean bytes = value instanceof Map<?, ?> map && map.size() == 1 && map.containsKey("b64");
        if (!(value instanceof Map<?, ?> map) || (bytes && signature.inputs().size() == 1)) {
            return value;
        }
        @Nullable Object found = map.get(name);
        assertTrue(found != null, "decoded without " + name);
        return found;
    }

    private static long[] shape(Object value) {
        if (!(value instanceof List<?> list)) {
            return new long[0];
        }
        LongStream inner = list.isEmpty() ? LongStream.empty() : LongStream.of(shape(list.getFirst()));
        return LongStream.concat(LongStream.of(list.size()), inner).toArray();
    }

    private static void leaves(Object value, List<Object> leaves) {
        if (value instanceof List<?> list) {
            list.forEach(each -> leaves(each, leaves));
        } else {
            leaves.add(value);
        }
    }

    private static ByteBuffer bits(DataType type, List<Object> leaves) {
        int most = leaves.stream()
                .mapToInt(leaf -> 3 * leaf.toString().length() + Long.BYTES)
                .sum();
        ByteBuffer bits = ByteBuffer.allocate(most).order(ByteOrder.LITTLE_ENDIAN);
        for (Object leaf : leaves) {
            switch (type) {
                case FP32 -> bits.putFloat(Float.parseFloat((String) leaf));
                case INT64 -> bits.putLong(Long.parseLong((String) leaf));
                case BYTES -> {
                    byte[] utf8 = leaf instanceof Map<?, ?> map
                            ? Base64.getDecoder().decode((String) map.get("b64"))
                            : ((String) leaf).getBytes(StandardCharsets.UTF_8);
                    bits.putInt(utf8.length).put(utf8);
                }
                default -> throw new AssertionError(type);
            }
        }
        return bits.flip();
    }
}
