package dev.sluice.gateway.front.v2;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * What another parser, Jackson, says of a JSON text, as a second opinion on ours.
 *
 * <p>UTF-8 is decoded by the JDK first, because Jackson is lenient there and guesses at UTF-16 and UTF-32.
 *
 * @param valid whether it is JSON
 * @param deep whether it is nested as deep as we refuse to go
 * @param halfPairs whether an escape in it is half a surrogate pair, which RFC 8259 leaves to us
 */
record WellFormed(boolean valid, boolean deep, boolean halfPairs) {

    private static final WellFormed NOT = new WellFormed(false, false, false);
    private static final Set<String> WORDS = Set.of("NaN", "Infinity", "-Infinity");
    private static final JsonFactory STRICT = unlimited().build();
    private static final JsonFactory LENIENT =
            unlimited().enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS).build();

    private static JsonFactoryBuilder unlimited() {
        JsonFactoryBuilder builder = new JsonFactoryBuilder();
        builder.streamReadConstraints(StreamReadConstraints.builder()
                .maxNumberLength(Integer.MAX_VALUE)
                .maxNestingDepth(Integer.MAX_VALUE)
                .build());
        return builder;
    }

    static WellFormed of(byte[] bytes, int from, int to, JsonOptions options) {
        try (JsonParser parser = parser(bytes, from, to, options)) {
            boolean deep = false;
            boolean halfPairs = false;
            int depth = 0;
            do {
                JsonToken token = parser.nextToken();
                if (token == null) {
                    return NOT; // before the value was complete
                }
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                deep |= depth >= JsonCursor.MAX_DEPTH;
                String text = parser.getText();
                if (token.isNumeric() && !isNumber(text)) {
                    return NOT;
                }
                halfPairs |= text.codePoints().anyMatch(point -> Character.getType(point) == Character.SURROGATE);
            } while (depth > 0);
            return parser.nextToken() == null ? new WellFormed(true, deep, halfPairs) : NOT;
        } catch (IOException malformed) {
            return NOT;
        }
    }

    /** A parser of Jackson over those bytes. */
    static JsonParser parser(byte[] bytes, int from, int to, JsonOptions options) throws IOException {
        return (options.nanAndInfinity() ? LENIENT : STRICT).createParser(decode(bytes, from, to));
    }

    private static String decode(byte[] bytes, int from, int to) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes, from, to - from))
                .toString();
    }

    /** Jackson lets in INF and the like beside the three words. */
    private static boolean isNumber(String text) {
        return WORDS.contains(text) || Character.isDigit(text.charAt(text.length() - 1));
    }
}
