package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.Signature;
import java.util.List;

/** A target for a coverage-guided fuzzer: the input is a JSON body. */
public final class JsonRequestFuzz {

    /** Longer ones find nothing new, and need more tensor memory than the ledger has. */
    private static final int MAX_BYTES = 4096;

    private static final List<Signature> SIGNATURES = FuzzSignatures.ofEveryType();
    private static final List<JsonOptions> OPTIONS = List.of(JsonOptions.STRICT, new JsonOptions(true));
    private static final JsonRequestFuzz TARGET = new JsonRequestFuzz();

    private final RequestOracle oracle = new RequestOracle();

    /** What the fuzzer calls, by this name. */
    public static void fuzzerTestOneInput(byte[] input) {
        TARGET.check(input);
    }

    void check(byte[] input) {
        if (input.length > MAX_BYTES) {
            return;
        }
        JsonCursor amid = Texts.cursor(input);
        RequestBody body = new RequestBody(amid.bytes, amid.position, amid.end, amid.end);
        for (JsonOptions options : OPTIONS) {
            oracle.checkGrammar(body, options);
            for (Signature signature : SIGNATURES) {
                oracle.check(body, signature, options);
            }
        }
        oracle.checkMemory();
    }
}
