package dev.sluice.gateway.transform;

import java.nio.ByteBuffer;

/**
 * Whether a PNG has its end, by the lengths of its chunks; what stands behind it is not looked at.
 *
 * @thread stateless
 * @bound one step for each chunk
 * @source PNG section 5.3
 */
final class PngEnd {

    private static final int FIRST_CHUNK_AT = 8;
    private static final int KIND_AT = 4;
    private static final int CHUNK_BYTES = 12;
    private static final int END = 0x49454E44;

    private PngEnd() {}

    /** Of a file from position to limit, which begins as one does. */
    static boolean isThere(ByteBuffer file) {
        ByteBuffer png = file.slice();
        long at = FIRST_CHUNK_AT;
        while (at + CHUNK_BYTES <= png.limit()) {
            int kind = png.getInt((int) at + KIND_AT);
            at += CHUNK_BYTES + Integer.toUnsignedLong(png.getInt((int) at));
            if (kind == END) {
                return at <= png.limit();
            }
        }
        return false;
    }
}
