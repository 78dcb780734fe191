package dev.sluice.gateway.front.tfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BufferLedger;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.DataType;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceError.PayloadTooLarge;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever bytes a client of TensorFlow Serving sends: they decode to what Jackson reads in them, or they are an invalid
 * request with a reason, and no memory is lost.
 */
class PredictFuzzTest {

    private static final long SEED = 8501;
    private static final int ROUNDS = 5_000;
    private static final List<TensorSpec> OUTPUTS = List.of(new TensorSpec("y", DataType.FP32, new Shape(-1, 2)));
    private static final Signature FLOATS = signature(new TensorSpec("x", DataType.FP32, new Shape(-1, -1)));
    private static final Signature TEXTS = signature(new TensorSpec("t", DataType.BYTES, new Shape(-1)));
    private static final Signature THREE = signature(
            new TensorSpec("a", DataType.FP32, new Shape(-1, 2, -1)),
            new TensorSpec("b", DataType.BYTES, new Shape(-1)),
            new TensorSpec("c", DataType.INT64, new Shape(-1, -1), true));

    private final BufferLedger ledger = new BufferLedger();
    private final Random random = new Random(SEED);

    private static Signature signature(TensorSpec... inputs) {
        return new Signature(List.of(inputs), OUTPUTS, true);
    }

    /** Whether it decodes, and then to the right thing. */
    private boolean decodes(byte[] body, Signature signature) {
        byte[] amid = new byte[body.length + 16];
        Arrays.fill(amid, (byte) '9');
        System.arraycopy(body, 0, amid, 8, body.length);
        PredictDecoder decoder =
                new PredictDecoder(new HttpBytes(amid, 8, 8 + body.length), signature, ledger.buffers);
        DecodedRequest decoded;
        try {
            decoded = decoder.decode();
        } catch (InferenceException refused) {
            InvalidRequest error = assertInstanceOf(InvalidRequest.class, refused.error());
            assertFalse(error.reason().isBlank());
            return false;
        }
        try {
            ReferenceRequest reference = ReferenceRequest.of(body);
            assertEquals(reference.isByRows(), decoder.isByRows());
            reference.assertSame(decoded.inputs(), signature);
        } catch (IOException noJson) {
            throw new AssertionError("decoded, and Jackson says " + noJson.getMessage(), noJson);
        }
        decoded.inputs().forEach(input -> ledger.buffers.giveBack(input.data()));
        return true;
    }

    private String number() {
        return switch (random.nextInt(6)) {
            case 0 -> Integer.toString(random.nextInt(2000) - 1000);
            case 1 -> Float.toString(random.nextFloat());
            case 2 -> Double.toString(random.nextGaussian());
            case 3 -> random.nextInt(100) + "e-" + random.nextInt(40);
            case 4 -> List.of("NaN", "Infinity", "-Infinity").get(random.nextInt(3));
            default -> "0.0";
        };
    }

    private String text() {
        return random.nextInt(3) == 0
                ? "{\"b64\": \"" + List.of("", "AAEC", "YQ==").get(random.nextInt(3)) + "\"}"
                : List.of("\"\"", "\"a\"", "\"z\\u00f6\\n\"", "\"é😀\"").get(random.nextInt(4));
    }

    private String list(int size, Supplier<String> each) {
        String separator = random.nextInt(4) == 0 ? " , " : ",";
        return IntStream.range(0, size).mapToObj(i -> each.get()).collect(Collectors.joining(separator, "[", "]"));
    }

    private String body(Signature signature) {
        int rows = 1 + random.nextInt(40);
        int width = random.nextInt(30);
        boolean withOptional = random.nextBoolean();
        boolean byName = signature.equals(THREE) || random.nextBoolean();
        Function<String, String> row = input -> switch (input) {
            case "x" -> list(width, this::number);
            case "a" -> list(2, () -> list(width, this::number));
            case "c" -> list(width, () -> Long.toString(random.nextLong()));
            default -> text();
        };
        List<String> names = signature.inputs().stream()
                .filter(spec -> !spec.optional() || withOptional)
                .map(TensorSpec::name)
                .toList();
        Function<Function<String, String>, String> named =
                value -> names.stream()
                        .map(name -> "\"" + name + "\":" + value.apply(name))
                        .collect(Collectors.joining(",", "{", "}"));
        String only = names.getFirst();
        String member = random.nextBoolean()
                ? "\"instances\":" + list(rows, () -> byName ? named.apply(row) : row.apply(only))
                : "\"inputs\": "
                        + (byName
                                ? named.apply(name -> list(rows, () -> row.apply(name)))
                                : list(rows, () -> row.apply(only)));
        return List.of(
                        "{" + member + "}",
                        " {\"signature_name\":\"\"," + member + "} behind",
                        "{" + member + ",\"more\":[null,{\"x\":[1,\"\"]}]}")
                .get(random.nextInt(3));
    }

    static List<Signature> signatures() {
        return List.of(FLOATS, TEXTS, THREE);
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void whatIsRightDecodesToWhatJacksonReads(Signature signature) {
        for (int round = 0; round < ROUNDS / 10; round++) {
            String body = body(signature);
            assertTrue(decodes(body.getBytes(StandardCharsets.UTF_8), signature), body);
        }
        assertEquals(0, ledger.missing());
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void whatWasTamperedWithDecodesToWhatJacksonReadsOrIsRefused(Signature signature) {
        byte[] likely = "0123456789.eE+-\"\\{}[]:, \u0000ntfu\u007f".getBytes(StandardCharsets.UTF_8);
        int decoded = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] body = body(signature).getBytes(StandardCharsets.UTF_8);
            int at = random.nextInt(body.length);
            body[at] = random.nextBoolean() ? (byte) random.nextInt() : likely[random.nextInt(likely.length)];
            String said = new String(body, StandardCharsets.UTF_8);
            try {
                decoded += decodes(body, signature) ? 1 : 0;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", round " + round + ": " + said, e);
            }
        }
        assertTrue(decoded > ROUNDS / 100 && decoded < ROUNDS, decoded + " decoded");
        assertEquals(0, ledger.missing());
    }

    @Test
    void aBodyCutOffAnywhereIsRefused() {
        for (Signature signature : signatures()) {
            byte[] body = body(signature).strip().replace(" behind", "").getBytes(StandardCharsets.UTF_8);
            for (int length = 0; length < body.length; length++) {
                byte[] cut = Arrays.copyOf(body, length);
                assertFalse(decodes(cut, signature), () -> new String(cut, StandardCharsets.UTF_8));
            }
        }
        assertEquals(0, ledger.missing());
    }

    @Test
    void listsNestedDeeperThanAnyShapeAreRefused() {
        for (int depth : new int[] {32, 33, 99, 5_000}) {
            byte[] body = ("{\"inputs\":" + "[".repeat(depth) + "1" + "]".repeat(depth) + "}")
                    .getBytes(StandardCharsets.UTF_8);
            assertFalse(decodes(body, FLOATS));
        }
        assertEquals(0, ledger.missing());
    }

    @Test
    void aFailureOfTheBudgetLosesNoMemory() {
        TensorBuffers small =
                new TensorBuffers(new ByteBudget(4096));
        byte[] body = ("{\"instances\":[[" + "1.5,".repeat(5000) + "1.5]]}").getBytes(StandardCharsets.UTF_8);
        InferenceException refused = assertThrows(
                InferenceException.class,
                () -> new PredictDecoder(new HttpBytes(body, 0, body.length), FLOATS, small).decode());
        assertInstanceOf(PayloadTooLarge.class, refused.error());
    }
}
