package dev.sluice.gateway.front.sagemaker;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.JsonCursor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;
import java.util.Set;
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
    private static final Set<String> FRAMES = Set.of("dataframe_split", "dataframe_records");
    private static final Set<String> TENSOR_LISTS = Set.of("instances", "inputs");

    /** By the head of a request. */
    static BodyType of(HttpServerRequest request) {
        @Nullable String said = request.getHeader(HttpHeaders.CONTENT_TYPE);
        String type = said == null ? "" : said.strip().toLowerCase(Locale.ROOT);
        if (type.startsWith("text/csv")) {
            return HEADER.matcher(type).find() ? CSV_WITH_HEADER : CSV;
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
                String member = cursor.readName();
                if (FRAMES.contains(member)) {
                    return FRAME;
                }
                if (TENSOR_LISTS.contains(member)) {
                    return TENSORS;
                }
                cursor.skipValue();
                more = cursor.readCommaOr('}');
            }
            return THING;
        } catch (BadJson broken) {
            return FRAME; // whose reader says what is wrong
        }
    }
}
