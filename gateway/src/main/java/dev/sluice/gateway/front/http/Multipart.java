package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds a part, such as a file, in a form as browsers and {@code curl -F} send it, without a copy of it: all that is
 * looked for is where it begins and ends.
 *
 * @thread stateless
 * @bound {@value #MOST_PARTS} parts, {@value #MOST_HEAD} bytes of head for each
 * @errors InvalidRequest for a body that is no form, or has no part
 * @source RFC 7578; RFC 2046 section 5.1.1
 */
final class Multipart {

    private static final int MOST_PARTS = 100;
    private static final int MOST_HEAD = 8 << 10;
    private static final int MOST_BOUNDARY = 70;
    private static final Pattern BOUNDARY = Pattern.compile("(?i);\\s*boundary=(?:\"([^\"]+)\"|([^;\\s\"]+))");
    private static final Pattern NAME = Pattern.compile("(?i);\\s*name=(?:\"([^\"]*)\"|([^;\\s\"]+))");
    private static final Pattern FILE_NAME = Pattern.compile("(?i);\\s*filename\\*?=");
    private static final ByteSearch HEAD_END = new ByteSearch("\r\n\r\n".getBytes(StandardCharsets.US_ASCII));

    private final byte[] bytes;
    private final int end;
    private final ByteSearch between;

    /** Where the head of the next part begins; negative where there is none. */
    private int head;

    private int parts;

    private Multipart(HttpBytes body, String boundary) {
        this.bytes = body.array();
        this.end = body.to();
        this.between = new ByteSearch(("\r\n--" + boundary).getBytes(StandardCharsets.ISO_8859_1));
        String first = "--" + boundary; // before which no line needs to end
        this.head = startsWith(first, body.from()) ? body.from() + first.length() : behind(body.from());
    }

    /**
     * One of its parts.
     *
     * @param head its lines
     */
    private record Part(String head, ByteBuffer content) {

        String name() {
            Matcher found = NAME.matcher(head);
            return !found.find() ? "" : found.group(1) == null ? found.group(2) : found.group(1);
        }

        boolean isFile() {
            return FILE_NAME.matcher(head).find();
        }
    }

    /** What stands between the parts, as the content type says. */
    static String boundary(String contentType) {
        Matcher found = BOUNDARY.matcher(contentType);
        String boundary = !found.find() ? "" : found.group(1) == null ? found.group(2) : found.group(1);
        if (boundary.isEmpty() || boundary.length() > MOST_BOUNDARY) {
            throw InferenceException.invalid("content-type", "has no boundary of a form");
        }
        return boundary;
    }

    /** The content of the first part of such a name, otherwise that of the first file, otherwise of the first part. */
    static ByteBuffer part(HttpBytes body, String boundary, List<String> wanted) {
        Multipart form = new Multipart(body, boundary);
        @Nullable Part file = null;
        @Nullable Part any = null;
        for (Part part = form.next(); part != null; part = form.next()) {
            if (wanted.contains(part.name())) {
                return part.content();
            }
            any = any == null ? part : any;
            file = file == null && part.isFile() ? part : file;
        }
        if (any == null) {
            throw InferenceException.invalid(
                    "body", "is a form without a part; expected a file, or a part " + wanted.getFirst());
        }
        return file == null ? any.content() : file.content();
    }

    /** The content of the first part of that name and no other; null where there is none. */
    static @Nullable ByteBuffer named(HttpBytes body, String boundary, String name) {
        Multipart form = new Multipart(body, boundary);
        for (Part part = form.next(); part != null; part = form.next()) {
            if (part.name().equals(name)) {
                return part.content();
            }
        }
        return null;
    }

    /** Behind the next line that stands between parts; negative where there is none. */
    private int behind(int from) {
        int found = between.indexOf(bytes, from, end);
        return found < 0 ? -1 : found + between.length();
    }

    /** Null behind the last. */
    private @Nullable Part next() {
        if (head < 0 || parts == MOST_PARTS || startsWith("--", head)) {
            return null;
        }
        int headEnd = HEAD_END.indexOf(bytes, head, Math.min(end, head + MOST_HEAD));
        int next = headEnd < 0 ? -1 : behind(headEnd);
        if (next < 0) {
            throw InferenceException.invalid("body", "the form ends in the middle of a part");
        }
        int contentEnd = next - between.length();
        int from = Math.min(contentEnd, headEnd + HEAD_END.length());
        String lines = new String(bytes, head, headEnd - head, StandardCharsets.UTF_8);
        head = next;
        parts++;
        return new Part(lines, ByteBuffer.wrap(bytes, from, contentEnd - from));
    }

    private boolean startsWith(String text, int at) {
        return at + text.length() <= end
                && new String(bytes, at, text.length(), StandardCharsets.ISO_8859_1).equals(text);
    }
}
