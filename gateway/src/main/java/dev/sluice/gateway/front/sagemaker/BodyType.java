package dev.sluice.gateway.front.sagemaker;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.JsonCursor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the body of a request to {@code /invocations} is. */
enum BodyType {
    CSV,
    /** As RFC 4180 lets the content type say it. */
    CSV_WITH_HEADER,
    FORM,
    /** JSON, or whatever the model's {@code transform} speaks of: its bytes tell. */
    OPEN,
    FRAME,
    TENSORS,
    THING;

    private static final Pattern HEADER = Pattern.compile(";\\s*header\\s*=\\s*\"?present\"?\\s*(?:;|$)");
    private static final List<byte[]> FRAMES = utf8("dataframe_split", "dataframe_records");
    private static final List<byte[]> TENSOR_LISTS = utf8("instances", "inputs");

    /** By the head of a request. */
    static BodyType of(HttpServerRequest request) {
        @Nullable String said = request.getHeader(HttpHeaders.CONTENT_TYPE);
        String type = said == null ? "" : said.strip().toLowerCase(Locale.ROOT);
        if (type.startsWith("text/csv")) {
            return HEADER.matcher(type).find() ? CSV_WITH_HEADER : CSV;
        }
        if (type.startsWith("image/") || type.startsWith("audio/") || type.startsWith("application/x-image")) {
            return THING;
        }
        return type.startsWith("multipart/") ? FORM : OPEN;
    }

    /** The same, known for good: what begins with a brace is told by its members. */
    BodyType of(HttpBytes body) {
        if (this != OPEN) {
            return this;
        }
        JsonCursor cursor = new JsonCursor(body.array(), body.from(), body.to(), true);
        if (cursor.peek() != '{') {
            return body.length() == 0 ? FRAME : THING;
        }
        try {
            cursor.read('{');
            boolean more = !cursor.tryRead('}');
            while (more) {
                if (cursor.peek() != '"') {
                    return FRAME;
                }
                if (FRAMES.stream().anyMatch(cursor::tryReadName)) {
                    return FRAME;
                }
                if (TENSOR_LISTS.stream().anyMatch(cursor::tryReadName)) {
                    return TENSORS;
                }
                skipMember(cursor);
                more = cursor.readCommaOr('}');
            }
            return THING;
        } catch (BadJson broken) {
            return FRAME; // whose reader says what is wrong
        }
    }

    /** Its name may be as long as the body is. */
    private static void skipMember(JsonCursor cursor) {
        cursor.skipValue();
        cursor.read(':');
        cursor.skipValue();
    }

    private static List<byte[]> utf8(String... names) {
        return Arrays.stream(names)
                .map(name -> name.getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
