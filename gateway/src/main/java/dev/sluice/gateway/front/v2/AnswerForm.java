package dev.sluice.gateway.front.v2;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the answer to a request is to look.
 *
 * @param id the client's own name for the request, to be returned; null when there is none
 * @param listed the outputs that the request lists, each with its form; empty when it lists none
 * @param binaryUnlisted whether outputs come as raw bytes if the request lists none; an output that is listed without
 *     {@code binary_data} is JSON all the same, which clients of Triton count on
 * @param timed whether the answer says where its time went
 * @param inParts whether rows may be answered before others are
 * @param emptyEnd whether the last of several answers is to have no rows, only the word that it is the last
 */
public record AnswerForm(
        @Nullable String id,
        List<WantedOutput> listed,
        boolean binaryUnlisted,
        boolean timed,
        boolean inParts,
        boolean emptyEnd) {

    private static final WantedOutput JSON = new WantedOutput("", false, 0);
    private static final WantedOutput BINARY = new WantedOutput("", true, 0);

    /** One answer that says nothing of time. */
    public AnswerForm(@Nullable String id, List<WantedOutput> listed, boolean binaryUnlisted) {
        this(id, listed, binaryUnlisted, false, false, false);
    }

    /** The form of the output at that place in the answer. */
    public WantedOutput of(int place) {
        return listed.isEmpty() ? binaryUnlisted ? BINARY : JSON : listed.get(place);
    }
}
