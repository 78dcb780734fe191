package dev.sluice.gateway.front.v2;

import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A target for a coverage-guided fuzzer: the input is a line with the value of the length header, and behind it a body of
 * JSON and raw tensors, or at length 0 of one raw tensor alone.
 */
public final class BinaryRequestFuzz {

    private static final int MAX_BYTES = 4096;

    private static final List<Signature> SIGNATURES = FuzzSignatures.ofEveryType();
    private static final List<Signature> ONE_INPUT = FuzzSignatures.ofOneInput();
    private static final BinaryRequestFuzz TARGET = new BinaryRequestFuzz();

    private final RequestOracle oracle = new RequestOracle();

    /** What the fuzzer calls, by this name. */
    public static void fuzzerTestOneInput(byte[] input) {
        TARGET.check(input);
    }

    void check(byte[] input) {
        if (input.length > MAX_BYTES) {
            return;
        }
        int line = 0;
        while (line < input.length && input[line] != '\n') {
            line++;
        }
        String length = new String(input, 0, line, StandardCharsets.ISO_8859_1);
        RequestBody body;
        try {
            body = RequestBody.of(input, Math.min(line + 1, input.length), input.length, length);
        } catch (InferenceException refused) {
            assertFalse(refused.error().message().isBlank());
            return;
        }
        for (Signature signature : body.isRawTensor() ? ONE_INPUT : SIGNATURES) {
            oracle.check(body, signature, JsonOptions.STRICT);
        }
        oracle.checkMemory();
    }
}
