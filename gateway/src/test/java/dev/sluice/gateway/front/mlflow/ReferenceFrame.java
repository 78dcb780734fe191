package dev.sluice.gateway.front.mlflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.v2.JacksonTree;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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

    static ReferenceFrame of(byte[] body, Signature signature) throws IOException {
        Map<String, List<Object>> columns = new LinkedHashMap<>();
        Map<String, Object> members = JacksonTree.object(body);
        if (members.get("dataframe_records") instanceof List<?> records) {
            records.forEach(record -> ((Map<?, ?>) record)
                    .forEach((name, cell) -> columns.computeIfAbsent((String) name, none -> new ArrayList<>())
                            .add(cell)));
        } else {
            addSplit((Map<?, ?>) members.get("dataframe_split"), columns);
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
            ByteBuffer expected = JacksonTree.bits(cells, (cell, bits) -> put(spec.dataType(), cell, bits));
            assertEquals(expected, inputs.get(place).data(), () -> spec + " of " + columns);
        }
    }

    private static String column(TensorSpec spec, List<String> names, int place) {
        return names.contains(spec.name()) ? spec.name() : Integer.toString(place);
    }

    private static void put(DataType type, Object cell, ByteBuffer bits) {
        String text = String.valueOf(cell);
        switch (type) {
            case FP32 -> bits.putFloat((float) number(text, Float::parseFloat));
            case FP64 -> bits.putDouble(number(text, Double::parseDouble));
            case INT64 -> bits.putLong(integer(text));
            case BOOL -> bits.put((byte) (Boolean.parseBoolean(text) ? 1 : 0));
            case BYTES -> JacksonTree.putBytes(cell, bits);
            default -> throw new AssertionError(type);
        }
    }

    /** Of a zero the exponent, which says nothing, is not looked at: its digits would be written out. */
    private static long integer(String text) {
        BigDecimal number = new BigDecimal(text);
        return number.signum() == 0 ? 0 : number.longValueExact();
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
