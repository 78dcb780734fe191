package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonMembers;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the picture is in the body of a request to {@code /predict}: all of it, a part of a form, or base64 in JSON.
 *
 * @param kind of body, as its head calls it
 * @param boundary between the parts of a form; empty for others
 */
record PredictBody(Kind kind, String boundary) {

    private static final String MULTIPART = "multipart/form-data";
    private static final String IMAGE = "image";
    private static final String DATA = "data";
    private static final Set<String> MEMBERS = Set.of(IMAGE, DATA);
    private static final String DATA_URL = "data:";
    private static final String BASE64_MARK = ";base64,";

    /** What a body is called. */
    enum Kind {
        PICTURE,
        FORM,
        /** A picture or JSON, whatever it is called: {@code curl} calls all it sends a form, and what begins with a brace is JSON. */
        EITHER
    }

    /**
     * By the head of a request.
     *
     * @throws InferenceException UnsupportedMediaType
     */
    static PredictBody of(HttpServerRequest request) {
        @Nullable String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
        String type = contentType == null ? "" : contentType.strip().toLowerCase(Locale.ROOT);
        if (type.startsWith("image/")) {
            return new PredictBody(Kind.PICTURE, "");
        }
        if (contentType != null && type.startsWith(MULTIPART)) {
            return new PredictBody(Kind.FORM, Multipart.boundary(contentType));
        }
        if (MediaTypes.isTaken(contentType)) {
            return new PredictBody(Kind.EITHER, "");
        }
        throw new InferenceException(new InferenceError.UnsupportedMediaType(
                "content-type: expected image/*, multipart/form-data, application/json or application/octet-stream and"
                        + " got " + InferenceException.shortened(String.valueOf(contentType))));
    }

    /** Whether it is JSON. */
    boolean isJson(HttpBytes body) {
        int at = body.from();
        while (at < body.to() && body.array()[at] >= 0 && body.array()[at] <= ' ') {
            at++;
        }
        return kind == Kind.EITHER && at < body.to() && body.array()[at] == '{';
    }

    /** The picture in it, a view of it unless it is base64. */
    ByteBuffer picture(HttpBytes body) {
        if (body.length() == 0) {
            throw InferenceException.invalid("body", "is empty; expected a picture");
        }
        if (kind == Kind.FORM) {
            return Multipart.part(body, boundary, IMAGE);
        }
        return isJson(body)
                ? decoded(members(body).text(IMAGE))
                : ByteBuffer.wrap(body.array(), body.from(), body.length());
    }

    private static JsonMembers members(HttpBytes body) {
        return JsonMembers.read(body.array(), body.from(), body.to(), MEMBERS);
    }

    private static ByteBuffer decoded(@Nullable String text) {
        if (text == null) {
            throw InferenceException.invalid(IMAGE, "is missing; expected a picture in base64, or a data URL");
        }
        int from = 0;
        if (text.startsWith(DATA_URL)) {
            int mark = text.indexOf(BASE64_MARK);
            if (mark < 0) {
                throw InferenceException.invalid(IMAGE, "is a data URL without base64");
            }
            from = mark + BASE64_MARK.length();
        }
        String digits = (from == 0 ? text : text.substring(from)).strip();
        boolean forUrls = digits.indexOf('-') >= 0 || digits.indexOf('_') >= 0;
        try {
            Base64.Decoder decoder = forUrls ? Base64.getUrlDecoder() : Base64.getDecoder();
            return ByteBuffer.wrap(decoder.decode(digits.indexOf('\n') < 0 ? digits : digits.replaceAll("\\s", "")));
        } catch (IllegalArgumentException broken) {
            throw InferenceException.invalid(IMAGE, "is no base64: " + broken.getMessage());
        }
    }
}
