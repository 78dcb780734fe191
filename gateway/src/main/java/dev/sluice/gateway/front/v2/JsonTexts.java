package dev.sluice.gateway.front.v2;

import java.util.List;

/**
 * A text, or a list of texts, in JSON.
 *
 * @param isList whether it is one, which a list of one text is too
 */
public record JsonTexts(List<String> texts, boolean isList) {

    public JsonTexts {
        texts = List.copyOf(texts);
    }
}
