package dev.sluice.gateway.front.v2;

import dev.sluice.worker.contract.DataType;
import java.nio.ByteBuffer;

/**
 * Says of JSON values whether they are of a data type; keeps none of them.
 *
 * @thread confined to its decoder
 * @bound one small buffer on the heap, or one as large as the longest string that was looked at; none of the memory of
 *     tensors
 */
public final class ElementTrial {

    private static final int USUAL_BYTES = 256;

    private final ElementReader elements;

    public ElementTrial(JsonCursor cursor, DataType dataType) {
        this.elements = new ElementReader(
                cursor, dataType, (full, moreBytes) -> ByteBuffer.allocate(Math.max(USUAL_BYTES, moreBytes)));
    }

    /** Whether the value that stands here, which is no list, is of the type; the position is anywhere behind it. */
    public boolean takes() {
        elements.writeTo(elements.memory().clear());
        try {
            elements.readNext();
            return true;
        } catch (BadJson misfit) {
            return false;
        }
    }
}
