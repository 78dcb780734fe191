package dev.sluice.gateway.transform;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a WebP holds: the reader asks the canvas how large it is, and then decodes whatever pictures stand in the file,
 * each as large as it says itself.
 *
 * @param canvas that they are drawn on
 * @param picture the last of them
 * @param pictures how many there are, or planes of alpha where those are more; without those of an animation
 * @param animated whether it is one
 * @param whole whether all has come that it says it holds
 * @source WebP container specification; RFC 6386 section 9.1; WebP lossless bitstream specification section 3
 */
record WebpHead(Size canvas, Size picture, int pictures, boolean animated, boolean whole) {

    private static final int FIRST_CHUNK_AT = 12;
    private static final int CHUNK_HEAD = 8;
    private static final int LOSSY = fourBytes("VP8 ");
    private static final int LOSSLESS = fourBytes("VP8L");
    private static final int EXTENDED = fourBytes("VP8X");
    private static final int ALPHA = fourBytes("ALPH");
    private static final int ANIMATION = fourBytes("ANIM");
    private static final int FRAME = fourBytes("ANMF");
    private static final int LOSSY_SIZE_AT = 6;
    private static final int LOSSLESS_SIZE_AT = 1;
    private static final int CANVAS_AT = 4;
    private static final int SIZE_BITS = 14;
    private static final int SIZE_MASK = (1 << SIZE_BITS) - 1;
    private static final int CANVAS_MASK = 0xFFFFFF;

    /** In pixels. */
    record Size(int width, int height) {

        private static final Size NONE = new Size(0, 0);
    }

    /** That of a file from position to limit, which begins as one does. */
    static WebpHead of(ByteBuffer file) {
        ByteBuffer bytes = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        long said = CHUNK_HEAD + Integer.toUnsignedLong(bytes.getInt(4));
        long end = Math.min(bytes.limit(), said);
        Size canvas = Size.NONE;
        Size picture = Size.NONE;
        int pictures = 0;
        int alphas = 0;
        boolean animated = false;
        long at = FIRST_CHUNK_AT;
        while (at + CHUNK_HEAD <= end) {
            int kind = bytes.getInt((int) at);
            long length = Integer.toUnsignedLong(bytes.getInt((int) at + 4));
            long to = Math.min(end, at + CHUNK_HEAD + length);
            ByteBuffer chunk = bytes.slice((int) at + CHUNK_HEAD, (int) (to - at) - CHUNK_HEAD)
                    .order(ByteOrder.LITTLE_ENDIAN);
            if (kind == LOSSY || kind == LOSSLESS) {
                picture = kind == LOSSY ? lossy(chunk) : lossless(chunk);
                pictures++;
            } else if (kind == EXTENDED) {
                canvas = canvas(chunk);
            }
            alphas += kind == ALPHA ? 1 : 0;
            animated |= kind == ANIMATION || kind == FRAME;
            at += CHUNK_HEAD + length + (length & 1);
        }
        Size drawnOn = canvas.equals(Size.NONE) ? picture : canvas;
        return new WebpHead(drawnOn, picture, Math.max(pictures, alphas), animated, said == end);
    }

    private static int fourBytes(String name) {
        return name.charAt(0) | name.charAt(1) << 8 | name.charAt(2) << 16 | name.charAt(3) << 24;
    }

    private static Size lossy(ByteBuffer chunk) {
        return chunk.limit() < LOSSY_SIZE_AT + 4
                ? Size.NONE
                : new Size(chunk.getShort(LOSSY_SIZE_AT) & SIZE_MASK, chunk.getShort(LOSSY_SIZE_AT + 2) & SIZE_MASK);
    }

    private static Size lossless(ByteBuffer chunk) {
        if (chunk.limit() < LOSSLESS_SIZE_AT + 4) {
            return Size.NONE;
        }
        int sizes = chunk.getInt(LOSSLESS_SIZE_AT);
        return new Size((sizes & SIZE_MASK) + 1, (sizes >>> SIZE_BITS & SIZE_MASK) + 1);
    }

    private static Size canvas(ByteBuffer chunk) {
        return chunk.limit() < CANVAS_AT + 6
                ? Size.NONE
                : new Size((chunk.getInt(CANVAS_AT) & CANVAS_MASK) + 1, (chunk.getInt(CANVAS_AT + 2) >>> 8) + 1);
    }
}
