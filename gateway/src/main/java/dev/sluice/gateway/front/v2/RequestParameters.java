package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The {@code parameters} of a request: those that mean something here, and a clear no to those that would have to.
 *
 * <p>Others are the client's own and are read over.
 *
 * @thread confined to one front loop
 * @errors InvalidRequest that names the parameter
 * @source Triton: parameters, schedule policy, sequence and binary tensor data extensions
 */
final class RequestParameters {

    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

    private final JsonCursor cursor;
    private @Nullable Duration timeout;
    private int priority;
    private boolean binaryOutputs;

    RequestParameters(JsonCursor cursor) {
        this.cursor = cursor;
    }

    /** How long the client waits; null when it does not say. */
    @Nullable
    Duration timeout() {
        return timeout;
    }

    /** 1 is the highest; 0 when the client does not say. */
    int priority() {
        return priority;
    }

    /** Whether outputs that the request does not list come as raw bytes. */
    boolean binaryOutputs() {
        return binaryOutputs;
    }

    void read() {
        cursor.read('{');
        if (cursor.tryRead('}')) {
            return;
        }
        do {
            readParameter(cursor.readName());
        } while (cursor.readCommaOr('}'));
    }

    private void readParameter(String name) {
        String field = "parameters." + name;
        switch (name) {
            case "timeout" -> timeout = readTimeout(field);
            case "priority" -> priority = (int) readInteger(cursor, field, 0, Integer.MAX_VALUE);
            case "binary_data_output" -> binaryOutputs = readBoolean(cursor, field);
            case "sequence_id", "sequence_start", "sequence_end" ->
                throw InferenceException.invalid(field, "sequences are not supported");
            default -> {
                if (name.startsWith("triton_")) {
                    throw InferenceException.invalid(field, "names that begin with triton_ are reserved");
                }
                cursor.skipValue();
            }
        }
    }

    private @Nullable Duration readTimeout(String field) {
        try {
            long micros = JsonIntegers.read(cursor, 0, LONGEST_TIMEOUT.toNanos() / 1000);
            return micros == 0 ? null : Duration.of(micros, ChronoUnit.MICROS); // 0 is how Triton says: none
        } catch (BadJson bad) {
            throw InferenceException.invalid(field, "microseconds: " + bad.reason());
        }
    }

    static boolean readBoolean(JsonCursor cursor, String field) {
        try {
            return cursor.readBoolean();
        } catch (BadJson bad) {
            throw InferenceException.invalid(field, bad.reason());
        }
    }

    static long readInteger(JsonCursor cursor, String field, long min, long max) {
        try {
            return JsonIntegers.read(cursor, min, max);
        } catch (BadJson bad) {
            throw InferenceException.invalid(field, bad.reason());
        }
    }
}
