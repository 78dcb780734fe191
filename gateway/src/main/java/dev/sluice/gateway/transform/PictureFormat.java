package dev.sluice.gateway.transform;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The kinds of pictures that are read, told by their first bytes: what a client calls a body says little.
 *
 * @source PNG section 5.2; ITU-T T.81 annex B; GIF89a section 17; WebP container specification
 */
public enum PictureFormat {
    JPEG("jpeg"),
    PNG("png"),
    GIF("gif"),
    BMP("bmp"),
    WEBP("webp");

    private static final int JPEG_START = 0xFFD8FF;
    private static final int PNG_START = 0x89504E47;
    private static final int GIF_START = 0x47494638;
    private static final int RIFF_START = 0x52494646;
    private static final int WEBP_MARK = 0x57454250;
    private static final int BMP_START = 0x424D;
    private static final int LEAST_BYTES = 12;
    private static final int WEBP_MARK_AT = 8;

    private final String reader;

    PictureFormat(String reader) {
        this.reader = reader;
    }

    /** What ImageIO calls it. */
    String reader() {
        return reader;
    }

    /** The kind of that picture, which goes from position to limit; null if it is none that is read here. */
    public static @Nullable PictureFormat of(ByteBuffer picture) {
        if (picture.remaining() < LEAST_BYTES) {
            return null;
        }
        int start = picture.getInt(picture.position());
        if (start == PNG_START) {
            return PNG;
        }
        if (start >>> 8 == JPEG_START) {
            return JPEG;
        }
        if (start == GIF_START) {
            return GIF;
        }
        if (start == RIFF_START && picture.getInt(picture.position() + WEBP_MARK_AT) == WEBP_MARK) {
            return WEBP;
        }
        return start >>> 16 == BMP_START ? BMP : null;
    }
}
