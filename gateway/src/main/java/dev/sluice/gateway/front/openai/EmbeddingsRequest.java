package dev.sluice.gateway.front.openai;

import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.BadJson;
import dev.sluice.gateway.front.v2.JsonCursor;
import dev.sluice.gateway.front.v2.JsonMembers;
import dev.sluice.gateway.front.v2.JsonTexts;
import dev.sluice.gateway.transform.TextRows;
import dev.sluice.worker.contract.InferenceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a request for embeddings says; what it has of texts is read when it is asked for, on another thread.
 *
 * @param model that is asked
 * @param base64 whether vectors are to be bytes in base64, which clients ask for by themselves
 * @param dimensions the first elements that are wanted of each; 0 for all, -1 for what no model could give
 */
record EmbeddingsRequest(JsonMembers members, String model, boolean base64, int dimensions) {

    private static final String INPUT = "input";
    private static final String MODEL = "model";
    private static final String FORMAT = "encoding_format";
    private static final String DIMENSIONS = "dimensions";
    private static final Set<String> KNOWN = Set.of(INPUT, MODEL, FORMAT, DIMENSIONS, "user");

    /**
     * Reads it, but for its texts.
     *
     * @throws InferenceException InvalidRequest
     */
    static EmbeddingsRequest read(HttpBytes body) {
        JsonMembers members =
                JsonMembers.read(body.array(), body.from(), body.to(), KNOWN).withoutNulls();
        @Nullable String model = members.text(MODEL);
        if (model == null) {
            throw InferenceException.invalid(MODEL, "is missing; expected the name of a model");
        }
        String format = Objects.requireNonNullElse(members.text(FORMAT), "float");
        if (!Set.of("float", "base64").contains(format)) {
            throw InferenceException.invalid(
                    FORMAT, "must be float or base64, and is " + InferenceException.quoted(format));
        }
        OptionalLong dimensions = members.whole(DIMENSIONS);
        int wanted = dimensions.isEmpty()
                ? 0
                : dimensions.getAsLong() < 1 ? -1 : (int) Math.min(dimensions.getAsLong(), Integer.MAX_VALUE);
        return new EmbeddingsRequest(members, model, format.equals("base64"), wanted);
    }

    /** A text, a list of texts, the tokens of a text, or a list of those. */
    TextRows rows() {
        @Nullable JsonCursor cursor = members.cursor(INPUT);
        if (cursor == null) {
            throw InferenceException.invalid(INPUT, "is missing; expected a text, or a list of texts");
        }
        if (cursor.peek() == '[') {
            cursor.read('[');
            byte first = cursor.peek();
            if (first != '"' && first != ']') {
                return tokens(cursor, first == '[');
            }
        }
        JsonTexts texts = Objects.requireNonNull(members.texts(INPUT), "it has been found");
        return new TextRows.Texts(INPUT, texts.texts(), List.of(), texts.isList());
    }

    /** @param several whether each of the list is one */
    private static TextRows tokens(JsonCursor cursor, boolean several) {
        List<long[]> rows = new ArrayList<>();
        try {
            if (!several) {
                return new TextRows.TokenRows(INPUT, List.of(ids(cursor)), false);
            }
            do {
                cursor.read('[');
                rows.add(ids(cursor));
            } while (cursor.readCommaOr(']'));
            return new TextRows.TokenRows(INPUT, rows, true);
        } catch (BadJson bad) {
            throw InferenceException.invalid(several ? INPUT + "[" + rows.size() + "]" : INPUT, bad.reason());
        }
    }

    /** Those up to the closing bracket, of a list that has begun. */
    private static long[] ids(JsonCursor cursor) {
        LongStream.Builder ids = LongStream.builder();
        if (!cursor.tryRead(']')) {
            do {
                ids.add(cursor.readInteger(0, Integer.MAX_VALUE));
            } while (cursor.readCommaOr(']'));
        }
        return ids.build().toArray();
    }
}
