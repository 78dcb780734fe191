package dev.sluice.gateway.front.mlflow;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What the content type of a request to {@code /invocations} says of its body.
 *
 * @source mlflow, scoring_server: invocations
 */
enum FrameType {
    JSON,
    CSV;

    /**
     * The one of that header; one that is not there means JSON.
     *
     * @throws InferenceException UnsupportedMediaType, as that server says it
     */
    static FrameType of(@Nullable String contentType) {
        if (contentType == null) {
            return JSON;
        }
        String[] parts = contentType.split(";", -1);
        List<String> unknown = new ArrayList<>();
        for (int at = 1; at < parts.length; at++) {
            String[] pair = parts[at].strip().split("=", 2);
            if (!pair[0].equals("charset")) {
                unknown.add(pair[0]);
            } else if (pair.length < 2 || !pair[1].toLowerCase(Locale.ROOT).equals("utf-8")) {
                throw unsupported("The scoring server only supports UTF-8");
            }
        }
        if (!unknown.isEmpty()) {
            throw unsupported("Unrecognized content type parameters: "
                    + InferenceException.shortened(String.join(", ", unknown)) + ".");
        }
        return switch (parts[0].strip()) {
            case "application/json" -> JSON;
            case "text/csv" -> CSV;
            default ->
                throw unsupported("This predictor only supports the following content types: Types: ['text/csv',"
                        + " 'application/json']. Got '" + InferenceException.shortened(contentType) + "'.");
        };
    }

    private static InferenceException unsupported(String text) {
        return new InferenceException(new InferenceError.UnsupportedMediaType(text));
    }
}
