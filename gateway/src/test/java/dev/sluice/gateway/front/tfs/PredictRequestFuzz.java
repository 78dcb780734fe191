package dev.sluice.gateway.front.tfs;

import dev.sluice.worker.contract.Signature;

/** A target for a coverage-guided fuzzer: the input is the body of a {@code :predict}. */
public final class PredictRequestFuzz {

    /** Longer ones find nothing new, and need more tensor memory than the ledger has. */
    private static final int MAX_BYTES = 4096;

    private static final PredictRequestFuzz TARGET = new PredictRequestFuzz();

    private final PredictOracle oracle = new PredictOracle();

    /** What the fuzzer calls, by this name. */
    public static void fuzzerTestOneInput(byte[] input) {
        TARGET.check(input);
    }

    void check(byte[] input) {
        if (input.length > MAX_BYTES) {
            return;
        }
        for (Signature signature : PredictOracle.SIGNATURES) {
            oracle.decodes(input, signature);
        }
        oracle.checkMemory();
    }
}
