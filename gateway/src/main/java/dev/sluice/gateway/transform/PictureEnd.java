package dev.sluice.gateway.transform;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Whether a picture has come to its end, by the lengths that stand in its file: the readers of the JDK fill what is
 * missing, and no model should guess at that. What stands behind the end is not looked at, and neither is any pixel.
 *
 * @thread stateless
 * @bound one step for each chunk of a PNG, or block of a GIF up to the end of its first picture
 * @source PNG section 5.3; GIF89a sections 17 to 25; BITMAPINFOHEADER; WebP container specification
 */
final class PictureEnd {

    private static final int PNG_START = 8;
    private static final int PNG_CHUNK = 12;
    private static final int PNG_END = 0x49454E44;

    private static final int GIF_FLAGS_AT = 10;
    private static final int GIF_HEAD = 13;
    private static final int GIF_IMAGE = 0x2C;
    private static final int GIF_IMAGE_HEAD = 10;
    private static final int GIF_EXTENSION = 0x21;

    private static final int BMP_PIXELS_AT = 10;
    private static final int BMP_HEAD_AT = 14;
    private static final int BMP_LONG_HEAD = 40;
    private static final int BMP_COMPRESSION_AT = 30;
    private static final int BMP_LEAST = 54;
    private static final int BMP_FIELDS = 3;

    /** Larger ones are refused for that. */
    private static final int BMP_MOST = 1 << 20;

    private static final int RIFF_HEAD = 8;

    private PictureEnd() {}

    /** Whether it is there, or cannot be told so; of a JPEG its head knows. */
    static boolean isThere(PictureFormat format, ByteBuffer picture) {
        return switch (format) {
            case PNG -> isPngWhole(picture.slice());
            case GIF -> isGifWhole(picture.slice());
            case BMP -> isBmpWhole(picture.slice().order(ByteOrder.LITTLE_ENDIAN));
            case WEBP -> RIFF_HEAD + riffBytes(picture) <= picture.remaining();
            case JPEG -> true;
        };
    }

    private static boolean isPngWhole(ByteBuffer png) {
        long at = PNG_START;
        while (at + PNG_CHUNK <= png.limit()) {
            int kind = png.getInt((int) at + 4);
            at += PNG_CHUNK + Integer.toUnsignedLong(png.getInt((int) at));
            if (kind == PNG_END) {
                return at <= png.limit();
            }
        }
        return false;
    }

    private static long riffBytes(ByteBuffer webp) {
        return Integer.toUnsignedLong(
                webp.slice().order(ByteOrder.LITTLE_ENDIAN).getInt(4));
    }

    /** Up to the end of its first picture, which is the one that is read. */
    private static boolean isGifWhole(ByteBuffer gif) {
        if (gif.limit() < GIF_HEAD) {
            return false;
        }
        int at = GIF_HEAD + tableBytes(gif.get(GIF_FLAGS_AT));
        while (at < gif.limit()) {
            int kind = gif.get(at);
            if (kind == GIF_IMAGE) {
                return at + GIF_IMAGE_HEAD <= gif.limit()
                        && endOfBlocks(gif, at + GIF_IMAGE_HEAD + tableBytes(gif.get(at + GIF_IMAGE_HEAD - 1)) + 1)
                                <= gif.limit();
            }
            if (kind != GIF_EXTENSION) {
                return true; // what is no block is its reader's business
            }
            at = endOfBlocks(gif, at + 2);
        }
        return false;
    }

    /** The length of the colors that flags say follow. */
    private static int tableBytes(byte flags) {
        return flags < 0 ? 3 << ((flags & 7) + 1) : 0;
    }

    /** Behind the empty block that ends those at that place; beyond the file where there is none. */
    private static int endOfBlocks(ByteBuffer gif, int from) {
        int at = from;
        while (at < gif.limit() && gif.get(at) != 0) {
            at += 1 + (gif.get(at) & 0xFF);
        }
        return at + 1;
    }

    /** Where its pixels are stored as they are, so that their length is known; the last row need not be filled up. */
    private static boolean isBmpWhole(ByteBuffer bmp) {
        if (bmp.limit() < BMP_LEAST || bmp.getInt(BMP_HEAD_AT) < BMP_LONG_HEAD) {
            return true;
        }
        int compression = bmp.getInt(BMP_COMPRESSION_AT);
        long width = bmp.getInt(BMP_HEAD_AT + 4);
        long height = Math.abs((long) bmp.getInt(BMP_HEAD_AT + 8));
        boolean stored = compression == 0 || compression == BMP_FIELDS;
        if (!stored || width < 1 || height < 1 || width > BMP_MOST || height > BMP_MOST) {
            return true;
        }
        long bits = width * bmp.getShort(BMP_HEAD_AT + 14);
        long rowBytes = (bits + 31) / 32 * 4;
        return bmp.getInt(BMP_PIXELS_AT) + rowBytes * (height - 1) + (bits + 7) / 8 <= bmp.limit();
    }
}
