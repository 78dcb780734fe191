package dev.sluice.gateway.front.http;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which coding a client would like an answer in.
 *
 * @param compressed the better of gzip and deflate; null when neither is accepted
 * @param identityPreferred whether the plain form is liked at least as well
 * @param identityExcluded whether the plain form is refused in so many words
 * @source RFC 9110, section 12.5.3
 */
record AcceptedCoding(@Nullable ContentCoding compressed, boolean identityPreferred, boolean identityExcluded) {

    private static final AcceptedCoding PLAIN = new AcceptedCoding(null, true, false);
    private static final int THOUSANDTHS = 1000;

    /**
     * Reads {@code accept-encoding}; what cannot be read in it counts as not said.
     *
     * <p>A plain answer that is not named is taken to be worth as little as anything that is accepted at all, because
     * {@code gzip} alone means that the client would like gzip.
     */
    static AcceptedCoding of(@Nullable String header) {
        if (header == null) {
            return PLAIN;
        }
        Map<ContentCoding, Integer> weights = new EnumMap<>(ContentCoding.class);
        int others = -1;
        for (String element : header.toLowerCase(Locale.ROOT).split(",", -1)) {
            int semicolon = element.indexOf(';');
            String name = (semicolon < 0 ? element : element.substring(0, semicolon)).strip();
            int weight = semicolon < 0 ? THOUSANDTHS : weight(element.substring(semicolon + 1));
            switch (name) {
                case "gzip", "x-gzip" -> weights.put(ContentCoding.GZIP, weight);
                case "deflate" -> weights.put(ContentCoding.DEFLATE, weight);
                case "identity" -> weights.put(ContentCoding.IDENTITY, weight);
                case "*" -> others = weight;
                default -> {} // a coding that we do not write
            }
        }
        return of(weights, others);
    }

    private static AcceptedCoding of(Map<ContentCoding, Integer> weights, int others) {
        int unnamed = Math.max(0, others);
        int gzip = weights.getOrDefault(ContentCoding.GZIP, unnamed);
        int deflate = weights.getOrDefault(ContentCoding.DEFLATE, unnamed);
        int identity = weights.getOrDefault(ContentCoding.IDENTITY, others < 0 ? 1 : others);
        int best = Math.max(gzip, deflate);
        if (best == 0) {
            return new AcceptedCoding(null, true, identity == 0);
        }
        boolean named = weights.containsKey(ContentCoding.IDENTITY) || others >= 0;
        boolean preferred = named && identity > 0 && identity >= best;
        return new AcceptedCoding(
                gzip >= deflate ? ContentCoding.GZIP : ContentCoding.DEFLATE, preferred, identity == 0);
    }

    /** {@code q=0.5} in thousandths; nothing that can be read is a weight of 0. */
    private static int weight(String parameter) {
        String text = parameter.strip();
        if (!text.matches("q\\s*=\\s*(0(\\.[0-9]{0,3})?|1(\\.0{0,3})?)")) {
            return 0;
        }
        return (int) Math.round(
                Double.parseDouble(text.substring(text.indexOf('=') + 1).strip()) * THOUSANDTHS);
    }

    /** The coding for an answer; one that is not worth compressing is sent plain unless that is excluded. */
    ContentCoding choose(boolean worthIt) {
        if (compressed == null || (!identityExcluded && (identityPreferred || !worthIt))) {
            return ContentCoding.IDENTITY;
        }
        return compressed;
    }
}
