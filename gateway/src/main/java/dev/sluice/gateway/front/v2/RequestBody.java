package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an inference request: JSON, and behind it perhaps raw tensors.
 *
 * @param from index of the first byte of the JSON text
 * @param jsonEnd index behind it, which is where the raw tensors begin
 * @param end index behind everything
 * @source Triton, binary tensor data extension
 */
public record RequestBody(byte[] array, int from, int jsonEnd, int end) {

    /** The header that says how long the JSON text is; without it everything is JSON. */
    public static final String JSON_LENGTH_HEADER = "inference-header-content-length";

    /**
     * The body in those bytes.
     *
     * @param jsonLength the header's value, or null without one
     * @throws InferenceException when it is no length of this body
     */
    public static RequestBody of(byte[] array, int from, int end, @Nullable String jsonLength) {
        if (jsonLength == null) {
            return new RequestBody(array, from, end, end);
        }
        long length = bytes(jsonLength.strip());
        if (length > end - from) {
            throw InferenceException.invalid(
                    JSON_LENGTH_HEADER, length + " is outside the body, which has " + (end - from) + " bytes");
        }
        if (length == 0 && end == from) {
            throw InferenceException.invalid("body", "it is raw, for " + JSON_LENGTH_HEADER + " is 0, and it is empty");
        }
        return new RequestBody(array, from, from + (int) length, end);
    }

    /** Digits and nothing else: what some would read as a number and others would not is none. */
    private static long bytes(String digits) {
        try {
            if (digits.chars().allMatch(digit -> digit >= '0' && digit <= '9')) {
                return Long.parseLong(digits);
            }
        } catch (NumberFormatException tooLongOrEmpty) {
            // like any other text that is no number
        }
        throw InferenceException.invalid(
                JSON_LENGTH_HEADER, "is not a number of bytes: " + InferenceException.shortened(digits));
    }

    /** Whether there is no JSON at all, and the body is the one input of the model. */
    public boolean isRawTensor() {
        return jsonEnd == from && end > from;
    }
}
