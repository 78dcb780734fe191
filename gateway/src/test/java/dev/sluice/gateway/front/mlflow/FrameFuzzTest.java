package dev.sluice.gateway.front.mlflow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BufferLedger;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.FuzzedBodies;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Tensor;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever bytes a client of MLflow sends: they decode to what Jackson reads in them, and the same table as CSV to the
 * same tensors, or they are an invalid request with a reason, and no memory is lost.
 */
class FrameFuzzTest {

    private static final long SEED = 5000;
    private static final int ROUNDS = 3_000;
    private static final List<TensorSpec> OUTPUTS = List.of(new TensorSpec("y", DataType.FP32, new Shape(-1)));

    static final Signature MATRIX = signature(new TensorSpec("x", DataType.FP32, new Shape(-1, -1)));
    static final Signature TEXTS = signature(new TensorSpec("x", DataType.BYTES, new Shape(-1, -1)));
    static final Signature OPTIONAL = signature(
            new TensorSpec("a", DataType.FP32, new Shape(-1, 1)),
            new TensorSpec("b", DataType.INT64, new Shape(-1, 1), true),
            new TensorSpec("c", DataType.FP32, new Shape(-1, 1)));
    static final Signature PAIRS = signature(new TensorSpec("x", DataType.FP32, new Shape(-1, 2), true));
    static final Signature COLUMNS = signature(
            new TensorSpec("f", DataType.FP32, new Shape(-1, 1)),
            new TensorSpec("d", DataType.FP64, new Shape(-1)),
            new TensorSpec("i", DataType.INT64, new Shape(-1, 1)),
            new TensorSpec("b", DataType.BOOL, new Shape(-1, 1)),
            new TensorSpec("s", DataType.BYTES, new Shape(-1, 1)));

    private final BufferLedger ledger = new BufferLedger();
    private final Random random = new Random(SEED);

    private static Signature signature(TensorSpec... inputs) {
        return new Signature(List.of(inputs), OUTPUTS, true);
    }

    private static Description model(Signature signature) {
        return new Description("onnxruntime_onnx", signature, List.of(), 64, 1, "");
    }

    static List<Signature> signatures() {
        return List.of(MATRIX, TEXTS, COLUMNS);
    }

    private boolean decodes(byte[] body, Signature signature) {
        FrameDecoder decoder = new FrameDecoder(bytes(body), model(signature), ledger.buffers);
        DecodedRequest decoded;
        try {
            decoded = decoder.decode();
        } catch (InferenceException refused) {
            assertTrue(
                    refused.error() instanceof InvalidRequest invalid
                            && !invalid.reason().isBlank(),
                    refused.toString());
            return false;
        }
        try {
            ReferenceFrame.of(body, signature).assertSame(decoded.inputs());
        } catch (IOException noJson) {
            throw new AssertionError("decoded, and Jackson says " + noJson.getMessage(), noJson);
        }
        giveBack(decoded);
        return true;
    }

    private static HttpBytes bytes(byte[] body) {
        return new HttpBytes(body, 0, body.length);
    }

    private void giveBack(DecodedRequest decoded) {
        decoded.inputs().forEach(input -> ledger.buffers.giveBack(input.data()));
    }

    /** Cells by column, as JSON. */
    private record Table(List<String> names, List<List<String>> rows) {

        private String split(List<Integer> order) {
            return "{\"columns\":" + list(order, column -> '"' + names.get(column) + '"') + ",\"data\":"
                    + list(rows, row -> list(order, row::get)) + "}";
        }

        private String records(Function<List<String>, List<Integer>> order) {
            return list(
                    rows,
                    row -> order.apply(row).stream()
                            .map(column -> '"' + names.get(column) + "\":" + row.get(column))
                            .collect(Collectors.joining(", ", "{", "}")));
        }

        private static <T> String list(List<T> items, Function<T, String> each) {
            return items.stream().map(each).collect(Collectors.joining(",", "[", "]"));
        }

        private String csv(List<Integer> order) {
            StringBuilder text = new StringBuilder();
            order.forEach(column -> text.append(text.isEmpty() ? "" : ",").append(names.get(column)));
            for (List<String> row : rows) {
                text.append("\r\n")
                        .append(order.stream()
                                .map(column -> cell(row.get(column)))
                                .collect(Collectors.joining(",")));
            }
            return text.toString();
        }

        private static String cell(String json) {
            return json.startsWith("\"")
                    ? '"'
                            + json.substring(1, json.length() - 1)
                                    .replace("\\\"", "\"\"")
                                    .replace("\\u00f6", "ö")
                            + '"'
                    : json;
        }
    }

    private Table table(Signature signature) {
        boolean columns = signature.equals(COLUMNS);
        int width = columns ? signature.inputs().size() : 1 + random.nextInt(30);
        List<String> names = IntStream.range(0, width)
                .mapToObj(place -> columns ? signature.inputs().get(place).name() : "column " + place)
                .toList();
        List<List<String>> rows = IntStream.rangeClosed(0, random.nextInt(30))
                .mapToObj(row -> IntStream.range(0, width)
                        .mapToObj(place ->
                                cell(signature.inputs().get(columns ? place : 0).dataType()))
                        .toList())
                .toList();
        return new Table(names, rows);
    }

    private String cell(DataType type) {
        return switch (type) {
            case BOOL -> Boolean.toString(random.nextBoolean());
            case INT64 -> Long.toString(random.nextLong());
            case BYTES ->
                List.of("\"\"", "\"a, b\"", "\"z\\u00f6\"", "\"\\\"é😀\\\"\"").get(random.nextInt(4));
            default ->
                switch (random.nextInt(6)) {
                    case 0 -> Integer.toString(random.nextInt(2000) - 1000);
                    case 1 -> Float.toString(random.nextFloat());
                    case 2 -> Double.toString(random.nextGaussian());
                    case 3 -> random.nextInt(100) + "e-" + random.nextInt(40);
                    case 4 -> "null"; // a word for it in CSV too
                    default -> "0.0";
                };
        };
    }

    private List<Integer> order(int width) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, width).boxed().toList());
        if (random.nextBoolean()) {
            Collections.shuffle(order, random);
        }
        return order;
    }

    private String body(Signature signature) {
        Table table = table(signature);
        int width = table.names.size();
        String frame = random.nextBoolean()
                ? "\"dataframe_split\": " + table.split(order(width))
                : "\"dataframe_records\":" + table.records(row -> order(width));
        return random.nextBoolean() ? "{" + frame + "}" : " {\"params\":{\"a\":[1]}, " + frame + " }\n";
    }

    private FuzzedBodies bodies(Signature signature) {
        return new FuzzedBodies(SEED, random, () -> body(signature), body -> decodes(body, signature));
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void whatIsRightDecodesToWhatJacksonReads(Signature signature) {
        bodies(signature).rightOnesDecode(ROUNDS / 10);
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void whatWasTamperedWithDecodesToWhatJacksonReadsOrIsRefused(Signature signature) {
        bodies(signature).tamperedOnesDecodeOrAreRefused(ROUNDS);
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void aBodyCutOffAnywhereIsRefused(Signature signature) {
        bodies(signature).cutOnesAreRefused();
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void theSameTableAsCsvBecomesTheSameTensors(Signature signature) {
        for (int round = 0; round < ROUNDS / 10; round++) {
            Table table = table(signature);
            List<Integer> order = order(table.names.size());
            byte[] split = ("{\"dataframe_split\":" + table.split(order) + "}").getBytes(StandardCharsets.UTF_8);
            String csv = table.csv(order);
            DecodedRequest expected = new FrameDecoder(bytes(split), model(signature), ledger.buffers).decode();
            DecodedRequest got = new FrameDecoder(
                            bytes(csv.getBytes(StandardCharsets.UTF_8)), model(signature), ledger.buffers)
                    .decodeCsv(true);
            assertEquals(expected.inputs(), got.inputs(), csv);
            giveBack(expected);
            giveBack(got);
        }
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }

    /** With a search through all columns for each of them it would take minutes. */
    @Test
    void aTableMayBeWide() {
        int width = 60_000;
        String names = IntStream.range(0, width).mapToObj(Integer::toString).collect(Collectors.joining(","));
        byte[] csv = (names + "\n" + "1,".repeat(width - 1) + "1").getBytes(StandardCharsets.UTF_8);
        TensorBuffers buffers = new TensorBuffers();
        DecodedRequest decoded = new FrameDecoder(bytes(csv), model(MATRIX), buffers).decodeCsv(true);
        assertEquals(new Shape(1, width), decoded.inputs().getFirst().shape());
        String columns = "\"" + names.replace(",", "\",\"") + "\"";
        byte[] twice = ("{\"dataframe_split\":{\"columns\":[" + columns + ",\"7\"],\"data\":[[1]]}}")
                .getBytes(StandardCharsets.UTF_8);
        InferenceException refused = assertThrows(
                InferenceException.class, () -> new FrameDecoder(bytes(twice), model(MATRIX), buffers).decode());
        assertTrue(refused.error().message().contains("column '7' is given twice"), refused.toString());
    }

    private DecodedRequest decoded(Signature signature, String body) {
        FrameDecoder decoder =
                new FrameDecoder(bytes(body.getBytes(StandardCharsets.UTF_8)), model(signature), ledger.buffers);
        return body.startsWith("{") ? decoder.decode() : decoder.decodeCsv(true);
    }

    private String refusal(Signature signature, String body) {
        return assertThrows(InferenceException.class, () -> decoded(signature, body))
                .error()
                .message();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c,a\n1.5,2.5\n3.5,4.5",
                "{\"dataframe_split\":{\"columns\":[\"c\",\"a\"],\"data\":[[1.5,2.5],[3.5,4.5]]}}",
                "{\"dataframe_records\":[{\"c\":1.5,\"a\":2.5},{\"a\":4.5,\"c\":3.5}]}"
            })
    void anOptionalColumnMayBeLeftOut(String body) {
        DecodedRequest decoded = decoded(OPTIONAL, body);
        assertEquals(
                List.of("a", "c"), decoded.inputs().stream().map(Tensor::name).toList());
        assertEquals(4.5f, decoded.inputs().getFirst().data().getFloat(Float.BYTES));
        assertEquals(3.5f, decoded.inputs().getLast().data().getFloat(Float.BYTES));
        giveBack(decoded);
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }

    @Test
    void noColumnOfAnInputThatHasSeveralMayBeLeftOut() {
        String records = "{\"dataframe_records\":[{\"a\":1,\"b\":2},{\"a\":3}]}";
        assertTrue(refusal(PAIRS, records).contains("missing inputs ['b']"), refusal(PAIRS, records));
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }

    @ParameterizedTest
    @CsvSource({"100000, false", "70000, true"})
    void namesBeyondWhatTheModelTakesAreNotCollected(int width, boolean open) {
        Signature signature = open ? MATRIX : COLUMNS;
        String csv = IntStream.range(0, width).mapToObj(Integer::toString).collect(Collectors.joining(","));
        int most = 64 + (open ? 1 << 16 : COLUMNS.inputs().size());
        assertTrue(refusal(signature, csv).contains("more than " + most + " columns have names"));
        String split = "{\"dataframe_split\":{\"columns\":[" + csv + "],\"data\":[[1]]}}";
        assertTrue(refusal(signature, split).contains("more than " + most + " columns have names"));
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }

    @Test
    void nothingMayFollowTheObject() {
        String body = "{\"dataframe_split\":{\"data\":[[1]]}} x";
        assertTrue(refusal(MATRIX, body).contains("valid JSON"), refusal(MATRIX, body));
    }

    @Test
    void csvThatWasTamperedWithLosesNoMemory() {
        byte[] likely = "0123456789.eE+-\",\r\nntfu\u007f".getBytes(StandardCharsets.UTF_8);
        int decoded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Table table = table(COLUMNS);
            byte[] csv = table.csv(order(table.names.size())).getBytes(StandardCharsets.UTF_8);
            csv[random.nextInt(csv.length)] =
                    random.nextBoolean() ? (byte) random.nextInt() : likely[random.nextInt(likely.length)];
            try {
                giveBack(new FrameDecoder(bytes(csv), model(COLUMNS), ledger.buffers).decodeCsv(random.nextBoolean()));
                decoded++;
            } catch (InferenceException refused) {
                assertTrue(refused.error() instanceof InvalidRequest, refused.toString());
            }
        }
        assertTrue(decoded > ROUNDS / 100 && decoded < ROUNDS, decoded + " decoded");
        assertEquals(0, ledger.missing(), "buffers were lost or given back twice");
    }
}
