package dev.sluice.gateway.front.tfs;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.FuzzedBodies;
import dev.sluice.worker.contract.InferenceError.PayloadTooLarge;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.TensorSpec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
    private final PredictOracle oracle = new PredictOracle();
    private final Random random = new Random(SEED);

    private boolean decodes(byte[] body, Signature signature) {
        return oracle.decodes(body, signature);
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
        boolean byName = signature.equals(PredictOracle.THREE) || random.nextBoolean();
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
        Function<Function<String, String>, String> named = value -> names.stream()
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
        return PredictOracle.SIGNATURES;
    }

    static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/resources/fuzz/PredictRequestFuzz"))) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void whatTheFuzzerStartsFromAndHasFoundHolds(Path file) throws IOException {
        new PredictRequestFuzz().check(Files.readAllBytes(file));
    }

    @Test
    void theCorpusIsThere() throws IOException {
        assertTrue(corpus().size() >= 10, "only " + corpus());
    }

    private FuzzedBodies bodies(Signature signature) {
        return new FuzzedBodies(SEED, random, () -> body(signature), body -> decodes(body, signature));
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void whatIsRightDecodesToWhatJacksonReads(Signature signature) {
        bodies(signature).rightOnesDecode(ROUNDS / 10);
        oracle.checkMemory();
    }

    @ParameterizedTest
    @MethodSource("signatures")
    void whatWasTamperedWithDecodesToWhatJacksonReadsOrIsRefused(Signature signature) {
        bodies(signature).tamperedOnesDecodeOrAreRefused(ROUNDS);
        oracle.checkMemory();
    }

    /** Without what may stand behind the object. */
    @ParameterizedTest
    @MethodSource("signatures")
    void aBodyCutOffAnywhereIsRefused(Signature signature) {
        Supplier<String> whole = () -> body(signature).replace(" behind", "");
        new FuzzedBodies(SEED, random, whole, body -> decodes(body, signature)).cutOnesAreRefused();
        oracle.checkMemory();
    }

    @Test
    void listsNestedDeeperThanAnyShapeAreRefused() {
        for (int depth : new int[] {32, 33, 99, 5_000}) {
            byte[] body = ("{\"inputs\":" + "[".repeat(depth) + "1" + "]".repeat(depth) + "}")
                    .getBytes(StandardCharsets.UTF_8);
            assertFalse(decodes(body, PredictOracle.FLOATS));
        }
        oracle.checkMemory();
    }

    @Test
    void aFailureOfTheBudgetLosesNoMemory() {
        TensorBuffers small = new TensorBuffers(new ByteBudget(4096));
        byte[] body = ("{\"instances\":[[" + "1.5,".repeat(5000) + "1.5]]}").getBytes(StandardCharsets.UTF_8);
        InferenceException refused = assertThrows(
                InferenceException.class,
                () -> new PredictDecoder(new HttpBytes(body, 0, body.length), PredictOracle.FLOATS, small).decode());
        assertInstanceOf(PayloadTooLarge.class, refused.error());
    }
}
