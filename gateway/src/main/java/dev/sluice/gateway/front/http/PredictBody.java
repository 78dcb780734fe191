package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.JsonMembers;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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

    /** So much is looked at for where JSON, or base64, begins. */
    private static final int MOST_BEFORE = 1024;

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

    /** Whether it is JSON; of one that begins with much space nobody looks for more. */
    boolean isJson(HttpBytes body) {
        int to = Math.min(body.to(), body.from() + MOST_BEFORE);
        int at = body.from();
        while (at < to && body.array()[at] >= 0 && body.array()[at] <= ' ') {
            at++;
        }
        return kind == Kind.EITHER && at < to && body.array()[at] == '{';
    }

    /** The picture in it, a view of it; where it is base64, three quarters of it, and the body is of no more use. */
    ByteBuffer picture(HttpBytes body) {
        if (body.length() == 0) {
            throw InferenceException.invalid("body", "is empty; expected a picture");
        }
        if (kind == Kind.FORM) {
            return Multipart.part(body, boundary, IMAGE);
        }
        return isJson(body)
                ? decoded(members(body).textInPlace(IMAGE))
                : ByteBuffer.wrap(body.array(), body.from(), body.length());
    }

    private static JsonMembers members(HttpBytes body) {
        return JsonMembers.read(body.array(), body.from(), body.to(), MEMBERS);
    }

    /** White space and what comes before base64 are taken out where it stands, so that it is held once. */
    private static ByteBuffer decoded(@Nullable ByteBuffer text) {
        if (text == null) {
            throw InferenceException.invalid(IMAGE, "is missing; expected a picture in base64, or a data URL");
        }
        ByteBuffer digits = text.slice();
        boolean forUrls = false;
        int kept = 0;
        for (int at = endOfDataUrlHead(digits); at < digits.limit(); at++) {
            byte digit = digits.get(at);
            forUrls |= digit == '-' || digit == '_';
            if (digit < 0 || digit > ' ') {
                digits.put(kept++, digit);
            }
        }
        try {
            Base64.Decoder decoder = forUrls ? Base64.getUrlDecoder() : Base64.getDecoder();
            return decoder.decode(digits.slice(0, kept));
        } catch (IllegalArgumentException broken) {
            throw InferenceException.invalid(IMAGE, "is no base64: " + broken.getMessage());
        }
    }

    /** Where base64 begins in what may be a data URL. */
    private static int endOfDataUrlHead(ByteBuffer text) {
        String start = StandardCharsets.ISO_8859_1
                .decode(text.slice(0, Math.min(text.limit(), MOST_BEFORE)))
                .toString();
        if (!start.startsWith(DATA_URL)) {
            return 0;
        }
        int mark = start.indexOf(BASE64_MARK);
        if (mark < 0) {
            throw InferenceException.invalid(IMAGE, "is a data URL without base64");
        }
        return mark + BASE64_MARK.length();
    }
}
