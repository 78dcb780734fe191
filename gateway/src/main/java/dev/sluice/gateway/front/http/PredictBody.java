package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.gateway.front.v2.JsonMembers;
import dev.sluice.gateway.front.v2.JsonTexts;
import dev.sluice.gateway.transform.PictureFormat;
import dev.sluice.gateway.transform.Recording;
import dev.sluice.gateway.transform.TextRows;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InputTransform;
import dev.sluice.worker.contract.PluginInput;
import dev.sluice.worker.contract.TextInput;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the thing is that a model's tensors are made of, in the body of a request that asks for a prediction: all of it, a
 * part of a form, or a member of JSON, base64 where it is bytes.
 *
 * @param kind of body, as its head calls it
 * @param boundary between the parts of a form; empty for others
 * @param names of the part, or member, that it may be, the first that there is; empty for what we call such a thing
 */
public record PredictBody(Kind kind, String boundary, List<String> names) {

    private static final String MULTIPART = "multipart/form-data";
    private static final String IMAGE = "image";
    private static final String AUDIO = "audio";
    private static final String TEXT = "text";
    private static final String PAIR = "text_pair";
    private static final String DATA = "data";
    private static final String DATA_URL = "data:";
    private static final String BASE64_MARK = ";base64,";

    /** So much is looked at for where JSON, or base64, begins. */
    private static final int MOST_BEFORE = 1024;

    /** So much of base64 shows what picture it is. */
    private static final int HEAD_DIGITS = 16;

    /** What a body is called. */
    public enum Kind {
        /** The thing itself, and nothing else; its bytes say what it is. */
        FILE,
        FORM,
        /** A table of text. */
        CSV,
        /** A text for models of texts; for others it says nothing, as {@link #EITHER} does. */
        PLAIN_TEXT,
        /** JSON, which of a picture or a recording says nothing, as {@link #EITHER} does. */
        JSON,
        /** The thing or JSON, whatever it is called: {@code curl} calls all it sends a form, and what begins with a brace is JSON. */
        EITHER
    }

    public PredictBody {
        names = List.copyOf(names);
    }

    /**
     * By the head of a request.
     *
     * @param names as a profile's clients have them; none for ours
     * @throws InferenceException UnsupportedMediaType
     */
    public static PredictBody of(HttpServerRequest request, String... names) {
        @Nullable String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
        String type = contentType == null ? "" : contentType.strip().toLowerCase(Locale.ROOT);
        if (type.startsWith("image/") || PcmType.isSound(type)) {
            return new PredictBody(Kind.FILE, "", List.of(names));
        }
        if (contentType != null && type.startsWith(MULTIPART)) {
            return new PredictBody(Kind.FORM, Multipart.boundary(contentType), List.of(names));
        }
        if (type.startsWith("text/csv")) {
            return new PredictBody(Kind.CSV, "", List.of(names));
        }
        if (MediaTypes.isTaken(contentType)) {
            return new PredictBody(wholeKind(contentType), "", List.of(names));
        }
        throw new InferenceException(new InferenceError.UnsupportedMediaType(
                "content-type: expected image/*, audio/*, multipart/form-data, application/json or"
                        + " application/octet-stream and"
                        + " got " + InferenceException.shortened(String.valueOf(contentType))));
    }

    /** By the head of a request that may call its body anything: what is neither JSON nor plain text says nothing. */
    public static PredictBody ofAny(HttpServerRequest request) {
        return new PredictBody(wholeKind(request.getHeader(HttpHeaders.CONTENT_TYPE)), "", List.of());
    }

    private static Kind wholeKind(@Nullable String contentType) {
        if (MediaTypes.isJson(contentType)) {
            return Kind.JSON;
        }
        return MediaTypes.isPlainText(contentType) ? Kind.PLAIN_TEXT : Kind.EITHER;
    }

    /** Whether it is JSON; of one that begins with much space nobody looks for more. */
    boolean isJson(HttpBytes body) {
        int to = Math.min(body.to(), body.from() + MOST_BEFORE);
        int at = body.from();
        while (at < to && body.array()[at] >= 0 && body.array()[at] <= ' ') {
            at++;
        }
        return saysNothing() && at < to && body.array()[at] == '{';
    }

    /** Whether it is a list or a text of JSON by its beginning, or a short number or word of it. */
    private boolean isOtherJson(HttpBytes body) {
        if (!saysNothing()) {
            return false;
        }
        JsonCursor cursor = new JsonCursor(body.array(), body.from(), body.to(), false);
        byte first = cursor.peek();
        if (first == '[' || first == '"' || body.length() > MOST_BEFORE) {
            return first == '[' || first == '"';
        }
        try {
            cursor.skipValue();
            cursor.readEnd();
            return true;
        } catch (BadJson none) {
            return false;
        }
    }

    /** Whether it may be JSON as well as the thing. */
    private boolean saysNothing() {
        return kind == Kind.EITHER || kind == Kind.JSON || kind == Kind.PLAIN_TEXT;
    }

    /** Whether numbers may be in it. */
    boolean mayBeNumbers() {
        return saysNothing() || kind == Kind.FORM;
    }

    /** Whether its beginning says what is in it, for such a model. */
    boolean isSeenByItsBeginning(@Nullable InputTransform input) {
        return !(input instanceof PluginInput) // which reads JSON as it likes
                && saysNothing()
                && !(kind == Kind.PLAIN_TEXT && input instanceof TextInput);
    }

    /**
     * The texts in it: all of it is one, if it is neither a form nor JSON, or is called plain text. Of JSON that is not
     * called so, all of it must be what texts are written as, for a text may begin with a quotation mark.
     *
     * @param most that are taken
     */
    TextRows texts(HttpBytes body, int most) {
        if (body.length() == 0) {
            throw InferenceException.invalid("body", "is empty; expected a text");
        }
        if (kind != Kind.PLAIN_TEXT && isJson(body)) {
            return textsInJson(body, most);
        }
        if (kind == Kind.JSON || (kind == Kind.EITHER && JsonTexts.areAllOf(body.array(), body.from(), body.to()))) {
            JsonTexts bare = JsonTexts.ofBody(body.array(), body.from(), body.to(), most);
            TextRows.requireAtMost(most, bare.texts().size(), "body");
            return new TextRows.Texts("body", bare.texts(), List.of(), bare.isList());
        }
        ByteBuffer bytes = kind == Kind.FORM
                ? Multipart.part(body, boundary, names(TEXT))
                : ByteBuffer.wrap(body.array(), body.from(), body.length());
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            return new TextRows.Texts("body", List.of(text), List.of(), false);
        } catch (CharacterCodingException binary) {
            throw InferenceException.invalid("body", "is no text in UTF-8");
        }
    }

    private TextRows textsInJson(HttpBytes body, int most) {
        List<String> wanted = names(TEXT);
        Set<String> known = new HashSet<>(wanted);
        known.add(PAIR);
        JsonMembers members = JsonMembers.read(body.array(), body.from(), body.to(), known);
        String name = wanted.stream().filter(members::has).findFirst().orElse(wanted.getFirst());
        @Nullable JsonTexts texts = members.texts(name, most);
        if (texts == null) {
            throw InferenceException.invalid(name, "is missing; expected a text, or a list of texts");
        }
        TextRows.requireAtMost(most, texts.texts().size(), name);
        @Nullable JsonTexts pairs = members.texts(PAIR, most);
        if (pairs == null) {
            return new TextRows.Texts(name, texts.texts(), List.of(), texts.isList());
        }
        TextRows.requireAtMost(most, pairs.texts().size(), PAIR);
        if (pairs.texts().isEmpty() && !texts.texts().isEmpty()) {
            throw InferenceException.invalid(PAIR, "has no text");
        }
        return new TextRows.Texts(name, texts.texts(), pairs.texts(), texts.isList());
    }

    /** The picture in it, a view of it; where it is base64, three quarters of it, and the body is of no more use. */
    ByteBuffer picture(HttpBytes body) {
        Named found = bytes(body, IMAGE, "a picture");
        if (PictureFormat.of(found.bytes) == null && !isJson(body) && isPictureInBase64(found.bytes)) {
            throw new InferenceException(new InferenceError.UnsupportedMediaType(
                    found.field + ": is a picture in base64; expected its bytes as they are, or {\""
                            + names(IMAGE).getFirst() + "\": \"...\"} with it in base64"));
        }
        return found.bytes;
    }

    /** By its first bytes, as which no picture begins. */
    private static boolean isPictureInBase64(ByteBuffer bytes) {
        String start = beginning(bytes).strip();
        if (start.startsWith(DATA_URL)) {
            return true;
        }
        String digits = start.substring(0, Math.min(start.length(), HEAD_DIGITS));
        try {
            byte[] first = Base64.getDecoder().decode(digits.replace('-', '+').replace('_', '/'));
            return PictureFormat.of(ByteBuffer.wrap(first)) != null;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    /** The recording in it, in the same way. */
    Recording recording(HttpBytes body) {
        Named found = bytes(body, AUDIO, "a recording");
        return Recording.of(found.field, found.bytes);
    }

    /** A part of it, and where it is, for errors. */
    private record Named(String field, ByteBuffer bytes) {}

    private Named bytes(HttpBytes body, String ours, String called) {
        if (body.length() == 0) {
            throw InferenceException.invalid("body", "is empty; expected " + called);
        }
        if (kind == Kind.FORM) {
            return new Named("part", Multipart.part(body, boundary, names(ours)));
        }
        if (isJson(body)) {
            return bytesInJson(body, names(ours), called);
        }
        if (isOtherJson(body)) {
            throw InferenceException.invalid(
                    "body",
                    "is JSON, and no object; expected {\"" + names(ours).getFirst() + "\": \"...\"} with " + called
                            + " in base64, or a data URL");
        }
        return new Named("body", ByteBuffer.wrap(body.array(), body.from(), body.length()));
    }

    /** How much of the heap {@link #picture} takes beside the body. */
    long base64Bytes(HttpBytes body) {
        return isJson(body) ? body.length() * 3L / 4 : 0;
    }

    /** What the part of a form that is asked for holds. */
    HttpBytes part(HttpBytes body) {
        ByteBuffer part = Multipart.part(body, boundary, names(DATA));
        int from = part.arrayOffset() + part.position();
        return new HttpBytes(part.array(), from, from + part.remaining());
    }

    /** What another part of the form says, such as a name; null where it is no form, or has no such part. */
    public @Nullable String said(HttpBytes body, String name) {
        @Nullable ByteBuffer part = kind == Kind.FORM ? Multipart.named(body, boundary, name) : null;
        if (part == null) {
            return null;
        }
        if (part.remaining() > MOST_BEFORE) {
            throw InferenceException.invalid(name, "is longer than " + MOST_BEFORE + " bytes");
        }
        return StandardCharsets.UTF_8.decode(part).toString();
    }

    /** Whether it may be JSON, as far as its beginning shows. */
    static boolean beginsAsJson(HttpBytes body) {
        int at = body.from();
        while (at < body.to() - 1 && body.array()[at] >= 0 && body.array()[at] <= ' ') {
            at++;
        }
        return at < body.to() && "{[-0123456789\"NIntf".indexOf(body.array()[at]) >= 0;
    }

    private List<String> names(String ours) {
        return names.isEmpty() ? List.of(ours) : names;
    }

    private static Named bytesInJson(HttpBytes body, List<String> wanted, String called) {
        Set<String> known = new HashSet<>(wanted);
        known.add(DATA);
        JsonMembers members = JsonMembers.read(body.array(), body.from(), body.to(), known);
        String name = wanted.stream().filter(members::has).findFirst().orElse(wanted.getFirst());
        ByteBuffer text = members.textInPlace(name);
        if (text == null) {
            throw InferenceException.invalid(name, "is missing; expected " + called + " in base64, or a data URL");
        }
        return new Named(name, decoded(name, text));
    }

    /** White space and what comes before base64 are taken out where it stands, so that it is held once. */
    private static ByteBuffer decoded(String name, ByteBuffer text) {
        ByteBuffer digits = text.slice();
        boolean forUrls = false;
        int kept = 0;
        for (int at = endOfDataUrlHead(name, digits); at < digits.limit(); at++) {
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
            throw InferenceException.invalid(name, "is no base64: " + broken.getMessage());
        }
    }

    private static String beginning(ByteBuffer text) {
        return StandardCharsets.ISO_8859_1
                .decode(text.slice(text.position(), Math.min(text.remaining(), MOST_BEFORE)))
                .toString();
    }

    /** Where base64 begins in what may be a data URL. */
    private static int endOfDataUrlHead(String name, ByteBuffer text) {
        String start = beginning(text);
        if (!start.startsWith(DATA_URL)) {
            return 0;
        }
        int mark = start.indexOf(BASE64_MARK);
        if (mark < 0) {
            throw InferenceException.invalid(name, "is a data URL without base64");
        }
        return mark + BASE64_MARK.length();
    }
}
