package dev.sluice.gateway.front.mlflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a data frame says, as Jackson reads it into a tree, in the obvious way: by column, the texts of its cells.
 *
 * @param columns in the order of the table, or of its first record
 */
record ReferenceFrame(Map<String, List<Object>> columns, Signature signature) {

    private static final JsonFactory JACKSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .build();

    static ReferenceFrame of(byte[] body, Signature signature) throws IOException {
        Map<String, List<Object>> columns = new LinkedHashMap<>();
        try (JsonParser parser = JACKSON.createParser(new String(body, StandardCharsets.UTF_8))) {
            assertEquals(JsonToken.START_OBJECT, parser.nextToken());
            Map<String, Object> members = object(parser);
            if (members.get("dataframe_records") instanceof List<?> records) {
                records.forEach(record -> ((Map<?, ?>) record)
                        .forEach((name, cell) -> columns.computeIfAbsent((String) name, none -> new ArrayList<>())
                                .add(cell)));
            } else {
                addSplit((Map<?, ?>) members.get("dataframe_split"), columns);
            }
        }
        return new ReferenceFrame(columns, signature);
    }

    private static void addSplit(@Nullable Map<?, ?> split, Map<String, List<Object>> columns) {
        assertTrue(split != null, "decoded without a frame");
        List<?> data = split.get("data") instanceof List<?> given ? given : List.of();
        List<?> names = split.get("columns") instanceof List<?> said ? said : List.of();
        for (Object row : data) {
            List<?> cells = (List<?>) row;
            for (int place = 0; place < cells.size(); place++) {
                String name = place < names.size() ? String.valueOf(names.get(place)) : Integer.toString(place);
                columns.computeIfAbsent(name, none -> new ArrayList<>()).add(cells.get(place));
            }
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

    /** Holds what was decoded to the same elements, to the last bit. */
    void assertSame(List<Tensor> inputs) {
        boolean together = signature.inputs().size() == 1;
        List<String> names = List.copyOf(columns.keySet());
        for (int place = 0; place < inputs.size(); place++) {
            TensorSpec spec = signature.inputs().get(place);
            List<Object> cells = new ArrayList<>();
            int rows = (int) inputs.get(place).rows();
            for (int row = 0; row < rows; row++) {
                for (String name : together ? names : List.of(column(spec, names, place))) {
                    cells.add(columns.getOrDefault(name, List.of()).get(row));
                }
            }
            assertEquals(bits(spec.dataType(), cells), inputs.get(place).data(), () -> spec + " of " + columns);
        }
    }

    private static String column(TensorSpec spec, List<String> names, int place) {
        return names.contains(spec.name()) ? spec.name() : Integer.toString(place);
    }

    private static ByteBuffer bits(DataType type, List<Object> cells) {
        int most = cells.stream()
                .mapToInt(cell -> 3 * cell.toString().length() + Long.BYTES)
                .sum();
        ByteBuffer bits = ByteBuffer.allocate(most).order(ByteOrder.LITTLE_ENDIAN);
        for (Object cell : cells) {
            String text = String.valueOf(cell);
            switch (type) {
                case FP32 -> bits.putFloat((float) number(text, Float::parseFloat));
                case FP64 -> bits.putDouble(number(text, Double::parseDouble));
                case INT64 -> bits.putLong(Long.parseLong(text));
                case BOOL -> bits.put((byte) (Boolean.parseBoolean(text) ? 1 : 0));
                case BYTES -> {
                    byte[] utf8 = cell instanceof Map<?, ?> map
                            ? Base64.getDecoder().decode((String) map.get("b64"))
                            : text.getBytes(StandardCharsets.UTF_8);
                    bits.putInt(utf8.length).put(utf8);
                }
                default -> throw new AssertionError(type);
            }
        }
        return bits.flip();
    }

    /**
     * Reads a number.
     *
     * @thread any
     */
    @FunctionalInterface
    private interface Parser {

        double parse(String text);
    }

    private static double number(String text, Parser parser) {
        return switch (text) {
            case "null" -> Double.NaN;
            case "true" -> 1;
            case "false" -> 0;
            default -> parser.parse(text);
        };
    }
}
