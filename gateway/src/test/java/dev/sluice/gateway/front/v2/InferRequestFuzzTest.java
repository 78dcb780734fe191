package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.worker.contract.InferenceError.InvalidRequest;
import dev.sluice.worker.contract.InferenceException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is done to a body: it decodes, or it is an invalid request, and nothing else ever happens. */
class InferRequestFuzzTest {

    private static final long SEED = 404;

    static List<String> bodies() {
        String a = Decoding.input("a", "INT64", "[2]", "[-1,18014398509481984]");
        String b = "{\"data\":[[\"p\\u00e9\\ud83d\\ude00\",\"zwölf\"],[\"\",\"\\n\"]],\"name\":\"b\",\"x\":[null,true],"
                + "\"datatype\":\"BYTES\",\"shape\":[2,2]}";
        String c = Decoding.input("c", "FP32", "[2,3]", "[[0.5,-1e-3,3],[1.25E+2,-0.0,0.1234567890123456789]]");
        return List.of(
                "{\"id\":\"7\",\"inputs\":[" + a + "," + b + "," + c + "],\"outputs\":[{\"name\":\"z\"}],"
                        + "\"parameters\":{\"timeout\":1500,\"p\":{\"q\":[1.5]}}}",
                " { \"inputs\" : [ " + b + " , " + a + " ] } ");
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void aBodyCutOffAnywhereIsAnInvalidRequest(String body) {
        byte[] whole = body.strip().getBytes(StandardCharsets.UTF_8);
        TensorBuffers buffers = new TensorBuffers();
        Decoding.decode(Decoding.THREE, whole, buffers);
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            InferenceException exception = assertThrows(
                    InferenceException.class,
                    () -> Decoding.decode(Decoding.THREE, cut, buffers),
                    "cut off at byte " + length);
            assertInstanceOf(InvalidRequest.class, exception.error());
        }
    }

    private static boolean decodes(byte[] body, TensorBuffers buffers) {
        try {
            Decoding.decode(Decoding.THREE, body, buffers).inputs().forEach(input -> buffers.giveBack(input.data()));
            return true;
        } catch (InferenceException expected) {
            assertInstanceOf(InvalidRequest.class, expected.error());
            return false;
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void aBodyWithWrongBytesDecodesOrIsAnInvalidRequest(String body) {
        byte[] likely = "0123456789.eE+-\"\\{}[]:, \u0000ntfu\u007f".getBytes(StandardCharsets.UTF_8);
        byte[] whole = body.getBytes(StandardCharsets.UTF_8);
        TensorBuffers buffers = new TensorBuffers();
        Random random = new Random(SEED);
        int decoded = 0;
        for (int i = 0; i < 50_000; i++) {
            byte[] mutated = whole.clone();
            int at = random.nextInt(mutated.length);
            mutated[at] = random.nextBoolean() ? (byte) random.nextInt() : likely[random.nextInt(likely.length)];
            try {
                decoded += decodes(mutated, buffers) ? 1 : 0;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", mutation " + i + " at byte " + at, e);
            }
        }
        assertTrue(decoded > 1000 && decoded < 49_000, decoded + " of 50000 decoded");
    }

    @Test
    void randomPiecesOfJsonDecodeOrAreAnInvalidRequest() {
        String[] pieces = {
            "{", "}", "[", "]", ",", ":", "\"inputs\"", "\"name\"", "\"a\"", "\"datatype\"", "\"INT64\"", "\"shape\"",
            "[1]", "\"data\"", "[5]", "1", "-0.5e3", "true", "null", "\"", "\\", " ", "\"outputs\"", "\"timeout\""
        };
        TensorBuffers buffers = new TensorBuffers();
        Random random = new Random(SEED);
        int refused = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder("{\"inputs\":[{");
            for (int n = random.nextInt(20); n > 0; n--) {
                text.append(pieces[random.nextInt(pieces.length)]);
            }
            try {
                refused += decodes(text.toString().getBytes(StandardCharsets.UTF_8), buffers) ? 0 : 1;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + SEED + ", text " + i + ": " + text, e);
            }
        }
        assertEquals(50_000, refused);
    }
}
