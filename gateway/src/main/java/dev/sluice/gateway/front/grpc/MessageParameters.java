package dev.sluice.gateway.front.grpc;

import dev.sluice.worker.contract.InferenceException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * The {@code parameters} of a ModelInferRequest: those that mean something here, and a clear no to those that would have to.
 *
 * <p>Others are the client's own and are read over, but names that begin with {@code triton_} are reserved. Of two with
 * one name the later holds, as protobuf has it for maps.
 *
 * @thread confined to one front loop
 * @errors InvalidRequest that names the parameter
 * @source Triton: parameters, schedule policy, sequence and binary tensor data extensions
 */
final class MessageParameters {

    private static final Duration LONGEST_TIMEOUT = Duration.ofDays(365);

    private @Nullable Duration timeout;
    private int priority;
    private boolean rawOutputs = true;
    private @Nullable String routingKey;
    private boolean timed;
    private boolean inParts;
    private boolean emptyEnd;

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

    /** Whether outputs come in {@code raw_output_contents}; otherwise all of them in {@code contents}. */
    boolean rawOutputs() {
        return rawOutputs;
    }

    /** Whether the answer is to say where its time went. */
    boolean timed() {
        return timed;
    }

    /** Whether rows may be answered before others are. */
    boolean inParts() {
        return inParts;
    }

    /** Whether an answer in parts ends with one that has no rows. */
    boolean emptyEnd() {
        return emptyEnd;
    }

    void take(Parameter parameter) {
        String field = "parameters." + parameter.name();
        switch (parameter.name()) {
            case "timeout" -> timeout = timeout(parameter.count(field));
            case "priority" -> priority = (int) parameter.count(field, Integer.MAX_VALUE);
            case "binary_data_output" -> rawOutputs = parameter.bool(field);
            case "timing" -> timed = parameter.bool(field);
            case "parts" -> inParts = parameter.bool(field);
            case "triton_enable_empty_final_response" -> emptyEnd = parameter.bool(field);
            case "routing_key" -> routingKey = parameter.isNone() ? null : parameter.text(field);
            case "sequence_id" -> {
                if (!parameter.isNone()) {
                    throw sequence(field);
                }
            }
            case "sequence_start", "sequence_end" -> throw sequence(field);
            default -> {
                if (parameter.name().startsWith("triton_")) {
                    throw InferenceException.invalid(field, "names that begin with triton_ are reserved");
                }
            }
        }
    }

    private static InferenceException sequence(String field) {
        return InferenceException.invalid(field, "sequences are not supported");
    }

    /** In microseconds. One that is longer than anybody can wait is shortened, or its nanoseconds might not fit. */
    private static @Nullable Duration timeout(long micros) {
        if (micros == 0) {
            return null; // how Triton says: none
        }
        Duration longest = LONGEST_TIMEOUT;
        return micros > longest.toMillis() * 1000 ? longest : Duration.of(micros, ChronoUnit.MICROS);
    }
}
