package dev.sluice.gateway.it;

import io.vertx.core.json.JsonArray;

/** Reads the digits model's answers. */
final class Digits {

    private static final int CLASSES = 10;

    private Digits() {}

    /** The most likely digit of one row of probabilities. */
    static int mostLikely(JsonArray probabilities, int row) {
        int best = 0;
        for (int digit = 1; digit < CLASSES; digit++) {
            if (probabilities.getDouble(row * CLASSES + digit) > probabilities.getDouble(row * CLASSES + best)) {
                best = digit;
            }
        }
        return best;
    }
}
