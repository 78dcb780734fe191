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
    private final KnownMembers known = new KnownMembers();
    private @Nullable Duration timeout;
    private int priority;
    private @Nullable String routingKey;
    private boolean binaryOutputs;
    private boolean timed;
    private boolean inParts;

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

    /** What keeps it with others while a version is on trial; null when the client does not say. */
    @Nullable
    String routingKey() {
        return routingKey;
    }

    /** Whether outputs that the request does not list come as raw bytes. */
    boolean binaryOutputs() {
        return binaryOutputs;
    }

    /** Whether the answer is to say where its time went. */
    boolean timed() {
        return timed;
    }

    /** Whether rows may be answered before others are. */
    boolean inParts() {
        return inParts;
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
            case "timeout" -> {
                known.take(field, name);
                timeout = readTimeout(field);
            }
            case "priority" -> {
                known.take(field, name);
                priority = (int) readInteger(cursor, field, 0, Integer.MAX_VALUE);
            }
            case "binary_data_output" -> {
                known.take(field, name);
                binaryOutputs = readBoolean(cursor, field);
            }
            case "timing" -> {
                known.take(field, name);
                timed = readBoolean(cursor, field);
            }
            case "parts" -> {
                known.take(field, name);
                inParts = readBoolean(cursor, field);
            }
            case "routing_key" -> {
                known.take(field, name);
                routingKey = readKey(field);
            }
            case "sequence_id" -> {
                known.take(field, name);
                requireNoSequence(field);
            }
            case "sequence_start", "sequence_end" -> throw sequence(field);
            default -> readOver(name, field);
        }
    }

    private void readOver(String name, String field) {
        if (name.startsWith("triton_")) {
            throw InferenceException.invalid(field, "names that begin with triton_ are reserved");
        }
        cursor.skipValue();
    }

    private @Nullable String readKey(String field) {
        try {
            String key = JsonStrings.readString(cursor);
            return key.isEmpty() ? null : key;
        } catch (BadJson bad) {
            throw InferenceException.invalid(field, bad.reason());
        }
    }

    /** 0 and the empty text are how Triton says: none. */
    private void requireNoSequence(String field) {
        try {
            boolean none = cursor.peek() == '"'
                    ? JsonStrings.readString(cursor).isEmpty()
                    : JsonIntegers.readUnsigned(cursor) == 0;
            if (!none) {
                throw sequence(field);
            }
        } catch (BadJson bad) {
            throw InferenceException.invalid(field, bad.reason());
        }
    }

    private static InferenceException sequence(String field) {
        return InferenceException.invalid(field, "sequences are not supported");
    }

    /** One that is longer than anybody can wait is shortened: more nanoseconds might not fit where they are counted. */
    private @Nullable Duration readTimeout(String field) {
        try {
            long micros = JsonIntegers.readUnsigned(cursor);
            if (micros == 0) {
                return null; // how Triton says: none
            }
            return Long.compareUnsigned(micros, LONGEST_TIMEOUT.toMillis() * 1000) > 0
                    ? LONGEST_TIMEOUT
                    : Duration.of(micros, ChronoUnit.MICROS);
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
