package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Tensor;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The elements of a request's inputs as Jackson reads their texts and the JDK reads their numbers. */
final class ReferenceInputs {

    private final Map<String, List<String>> elements = new HashMap<>();

    /** Of a request that is known to be valid. */
    static ReferenceInputs of(byte[] bytes, int from, int to, JsonOptions options) throws IOException {
        ReferenceInputs inputs = new ReferenceInputs();
        try (JsonParser parser = WellFormed.parser(bytes, from, to, options)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String member = parser.currentName();
                parser.nextToken();
                if (member.equals("inputs")) {
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        inputs.readInput(parser);
                    }
                } else {
                    parser.skipChildren();
                }
            }
        }
        return inputs;
    }

    private void readInput(JsonParser parser) throws IOException {
        String name = "";
        List<String> data = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String member = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (member) {
                case "name" -> name = parser.getText();
                case "data" -> readData(parser, value, data);
                default -> parser.skipChildren();
            }
        }
        elements.put(name, data);
    }

    private static void readData(JsonParser parser, JsonToken first, List<String> data) throws IOException {
        int depth = 0;
        JsonToken token = first;
        while (true) {
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
            if (token.isScalarValue()) {
                data.add(parser.getText());
            }
            if (depth == 0) {
                return;
            }
            token = parser.nextToken();
        }
    }

    /** Holds a tensor that was decoded from JSON to the same elements, to the last bit. */
    void assertSame(Tensor tensor) {
        List<String> texts = elements.getOrDefault(tensor.name(), List.of());
        assertEquals(bits(tensor.dataType(), texts), tensor.data(), () -> tensor + " of " + texts);
    }

    private static ByteBuffer bits(DataType type, List<String> texts) {
        int characters = texts.stream().mapToInt(String::length).sum();
        ByteBuffer bits =
                ByteBuffer.allocate(3 * characters + Long.BYTES * texts.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (String text : texts) {
            switch (type) {
                case FP32 -> bits.putFloat(Float.parseFloat(text));
                case FP64 -> bits.putDouble(Double.parseDouble(text));
                case BOOL -> bits.put((byte) (Boolean.parseBoolean(text) ? 1 : 0));
                case BYTES -> {
                    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                    bits.putInt(utf8.length).put(utf8);
                }
                case INT8, UINT8 -> bits.put((byte) integer(type, text));
                case INT16, UINT16 -> bits.putShort((short) integer(type, text));
                case INT32, UINT32 -> bits.putInt((int) integer(type, text));
                case INT64, UINT64 -> bits.putLong(integer(type, text));
                case FP16, BF16 -> throw new AssertionError(type + " was read from JSON");
            }
        }
        return bits.flip();
    }

    /** The integer, which must be one and lie within the type's range. */
    private static long integer(DataType type, String text) {
        BigDecimal value = new BigDecimal(text);
        BigDecimal span = BigDecimal.TWO.pow(Byte.SIZE * type.elementBytes());
        BigDecimal least = type.name().startsWith("U") ? BigDecimal.ZERO : span.divide(BigDecimal.valueOf(-2));
        if (value.compareTo(least) < 0 || value.compareTo(least.add(span)) >= 0) {
            throw new AssertionError(text + " was let in as " + type);
        }
        return value.toBigIntegerExact().longValue();
    }
}
