package dev.sluice.gateway.front.openai;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Refusal;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import org.jspecify.annotations.Nullable;

/**
 * Errors as OpenAI's clients read them: {@code {"error": {"message", "type", "param", "code"}}}.
 *
 * @thread immutable
 * @source OpenAI, API reference: error codes; openai-python, _exceptions.py
 */
enum OpenAiDialect implements Dialect {
    WORDS;

    private static final String MISTAKE = "invalid_request_error";

    @Override
    public Protocol protocol() {
        return Protocol.OPENAI;
    }

    @Override
    public JsonOutput body(InferenceError error) {
        @Nullable String param = error instanceof InferenceError.InvalidRequest invalid ? invalid.field() : null;
        return body(Refusal.shown(text(error)), type(error), param, code(error));
    }

    static JsonOutput body(String message, String type, @Nullable String param, @Nullable String code) {
        JsonOutput out = new JsonOutput(256).raw("{\"error\":{\"message\":").string(message);
        out.raw(",\"type\":").string(type);
        put("param", param, out);
        put("code", code, out);
        return out.raw("}}");
    }

    private static void put(String name, @Nullable String value, JsonOutput out) {
        out.raw(",").string(name).raw(':');
        if (value == null) {
            out.raw("null");
        } else {
            out.string(value);
        }
    }

    private static String type(InferenceError error) {
        return switch (error) {
            case InferenceError.InvalidRequest mistake -> MISTAKE;
            case InferenceError.UnsupportedMediaType mistake -> MISTAKE;
            case InferenceError.UnknownModel mistake -> MISTAKE;
            case InferenceError.PayloadTooLarge mistake -> MISTAKE;
            case InferenceError.Unauthenticated mistake -> MISTAKE;
            case InferenceError.Throttled throttled -> "requests";
            default -> "server_error";
        };
    }

    private static @Nullable String code(InferenceError error) {
        return switch (error) {
            case InferenceError.UnknownModel unknown -> "model_not_found";
            case InferenceError.Unauthenticated stranger -> "invalid_api_key";
            case InferenceError.Throttled throttled -> "rate_limit_exceeded";
            default -> null;
        };
    }
}
