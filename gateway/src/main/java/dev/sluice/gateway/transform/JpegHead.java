package dev.sluice.gateway.transform;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a JPEG says of its picture, in how many scans that comes, and whether it has an end; what phones hang behind it,
 * whole films, is not looked at.
 *
 * <p>One tag of all that cameras write is wanted, so it is read here and not by a library that would read all of it:
 * sixty lines that allocate nothing, whatever stands in the file.
 *
 * @param orientation 1 to 8 as EXIF counts; 1 where nothing is said
 * @param components of a pixel: 1, 3, or 4 where it is CMYK; 0 where nothing is said
 * @param scans passes over the picture: one, or some ten where it is progressive
 * @param whole whether the picture has an end
 * @source ITU-T T.81 annex B; EXIF 2.32 section 4.6; TIFF 6.0 section 2
 */
record JpegHead(int orientation, int components, int scans, boolean whole) {

    private static final int UPRIGHT = 1;
    private static final int MARKER = 0xFF;
    private static final int FIRST_FRAME = 0xC0;
    private static final int LAST_FRAME = 0xCF;
    private static final int HUFFMAN_TABLES = 0xC4;
    private static final int ARITHMETIC_TABLES = 0xCC;
    private static final int RESERVED = 0xC8;
    private static final int FIRST_RESTART = 0xD0;
    private static final int END = 0xD9;
    private static final int SCAN = 0xDA;
    private static final int APP1 = 0xE1;
    private static final int COMPONENTS_AT = 9;
    private static final int EXIF = 0x45786966;
    private static final int TIFF_AT = 10;
    private static final int LITTLE_ENDIAN = 0x4949;
    private static final int ORIENTATION_TAG = 0x0112;
    private static final int SHORT_TYPE = 3;
    private static final int ENTRY_BYTES = 12;
    private static final long LOWEST_BITS = 0x0101010101010101L;
    private static final long HIGHEST_BITS = 0x8080808080808080L;

    /** That of a picture from position to limit. */
    static JpegHead of(ByteBuffer picture) {
        ByteBuffer bytes = picture.slice();
        int orientation = UPRIGHT;
        int components = 0;
        int scans = 0;
        int at = 2;
        while (at + 2 <= bytes.limit()) {
            int kind = bytes.get(at + 1) & 0xFF;
            if (bytes.get(at) != (byte) MARKER) { // of a scan
                at = nextMarker(bytes, at + 1);
                continue;
            }
            if (kind == MARKER) { // fill
                at++;
                continue;
            }
            if (kind == END) {
                return new JpegHead(orientation, components, scans, scans > 0);
            }
            if (standsAlone(kind)) {
                at += 2;
                continue;
            }
            int length = at + 4 <= bytes.limit() ? bytes.getShort(at + 2) & 0xFFFF : 0;
            if (kind == SCAN) {
                scans++;
            } else if (isFrame(kind) && at + COMPONENTS_AT < bytes.limit()) {
                components = bytes.get(at + COMPONENTS_AT) & 0xFF;
            } else if (kind == APP1) {
                int to = Math.min(bytes.limit(), at + 2 + length);
                orientation = orientation(bytes.slice(at, to - at), orientation);
            }
            at += 2 + Math.max(2, length);
        }
        return new JpegHead(orientation, components, scans, false);
    }

    /** Where the next one may begin: most of a picture is scans, and has one in some hundred bytes. */
    static int nextMarker(ByteBuffer bytes, int from) {
        int at = from;
        while (at + Long.BYTES <= bytes.limit() && !holdsMarker(bytes.getLong(at))) {
            at += Long.BYTES;
        }
        while (at < bytes.limit() && bytes.get(at) != (byte) MARKER) {
            at++;
        }
        return at;
    }

    /** Whether one of eight bytes is 0xFF: 0 in the complement, the lowest of which borrows when 1 is taken from each. */
    private static boolean holdsMarker(long bytes) {
        return (~bytes - LOWEST_BITS & bytes & HIGHEST_BITS) != 0;
    }

    /** Whether nothing belongs to that marker, or it is none but a byte of a scan. */
    private static boolean standsAlone(int kind) {
        return kind < FIRST_FRAME || (kind >= FIRST_RESTART && kind < END);
    }

    private static boolean isFrame(int kind) {
        return kind >= FIRST_FRAME
                && kind <= LAST_FRAME
                && kind != HUFFMAN_TABLES
                && kind != RESERVED
                && kind != ARITHMETIC_TABLES;
    }

    private static int orientation(ByteBuffer segment, int otherwise) {
        if (segment.limit() < TIFF_AT + 8 || segment.getInt(4) != EXIF) {
            return otherwise;
        }
        ByteBuffer tiff = segment.slice(TIFF_AT, segment.limit() - TIFF_AT);
        if (tiff.getShort(0) == LITTLE_ENDIAN) {
            tiff.order(ByteOrder.LITTLE_ENDIAN);
        }
        int table = tiff.getInt(4);
        if (table < 0 || table > tiff.limit() - 2) {
            return otherwise;
        }
        int entries = tiff.getShort(table) & 0xFFFF;
        for (int i = 0; i < entries && table + 2 + (i + 1) * ENTRY_BYTES <= tiff.limit(); i++) {
            int entry = table + 2 + i * ENTRY_BYTES;
            if (tiff.getShort(entry) == ORIENTATION_TAG && tiff.getShort(entry + 2) == SHORT_TYPE) {
                int said = tiff.getShort(entry + 8);
                return said >= UPRIGHT && said <= 8 ? said : otherwise;
            }
        }
        return otherwise;
    }
}
