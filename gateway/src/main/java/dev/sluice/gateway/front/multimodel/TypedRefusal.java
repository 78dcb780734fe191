package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.front.http.Refusal;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;

/**
 * The body of a refusal as TorchServe and its relatives have it: {@code {"code", "type", "message"}}, where the type is
 * the name of a class of theirs.
 *
 * @thread stateless
 * @source pytorch/serve, ErrorResponse.java; djl-serving, ErrorResponse.java
 */
public final class TypedRefusal {

    private TypedRefusal() {}

    public static JsonOutput of(int status, String type, String message) {
        JsonOutput body = new JsonOutput(256)
                .raw("{\"code\":")
                .number(status)
                .raw(",\"type\":")
                .string(type);
        return PrettyJson.of(
                body.raw(",\"message\":").string(Refusal.shown(message)).raw('}'));
    }

    /** What both say of a path or a method that there is not; other texts are ours. */
    public static JsonOutput of(int status, String message) {
        return switch (status) {
            case 404 ->
                of(
                        status,
                        "ResourceNotFoundException",
                        "Requested resource is not found, please refer to API document.");
            case 405 ->
                of(
                        status,
                        "MethodNotAllowedException",
                        "Requested method is not allowed, please refer to API document.");
            default -> of(status, status < 500 ? "BadRequestException" : "InternalServerException", message);
        };
    }
}
