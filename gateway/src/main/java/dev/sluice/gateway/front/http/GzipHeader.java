package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceException;
import java.util.EnumSet;
import java.util.Iterator;

/**
 * Reads over the header of a gzip member, which may come in pieces.
 *
 * @thread confined to the front loop of its connection
 * @bound none of its own: names and comments are bytes of the body, and count as such; nothing is kept
 * @errors InvalidRequest for what is no gzip with deflated data
 * @source RFC 1952, section 2.3; the optional checksum of the header is read over
 */
final class GzipHeader {

    private static final int[] START = {0x1F, 0x8B, 8};
    private static final int FIXED_BYTES = 10;
    private static final int FLAGS_AT = 3;
    private static final int HEADER_CHECKSUM = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;
    private static final int RESERVED = 0xE0;

    /** What is read; the order is that of the header. */
    private enum Part {
        FIXED,
        EXTRA_LENGTH,
        EXTRA_BYTES,
        NAME_TEXT,
        COMMENT_TEXT,
        CHECKSUM,
        DONE
    }

    private final Iterator<Part> following =
            EnumSet.range(Part.EXTRA_LENGTH, Part.DONE).iterator();
    private Part part = Part.FIXED;
    private int flags;

    /** Bytes of this part so far. */
    private int count;

    private int extraBytes;

    boolean isDone() {
        return part == Part.DONE;
    }

    /** Takes what belongs to the header and says where the rest begins. */
    int read(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && part != Part.DONE) {
            if (isOver(bytes[at++] & 0xFF)) {
                next();
            }
        }
        return at;
    }

    /** Whether this byte is the last of its part. */
    private boolean isOver(int next) {
        count++;
        return switch (part) {
            case FIXED -> isFixedOver(next);
            case EXTRA_LENGTH -> {
                extraBytes |= next << (8 * (count - 1));
                yield count == 2;
            }
            case EXTRA_BYTES -> count == extraBytes;
            case NAME_TEXT, COMMENT_TEXT -> next == 0;
            case CHECKSUM -> count == 2;
            case DONE -> true;
        };
    }

    private boolean isFixedOver(int next) {
        int index = count - 1;
        if (index < START.length && next != START[index]) {
            throw InferenceException.invalid("content-encoding", "the body does not begin as gzip does");
        }
        if (index == FLAGS_AT) {
            flags = next;
            if ((flags & RESERVED) != 0) {
                throw InferenceException.invalid("content-encoding", "the gzip header has unknown flags");
            }
        }
        return count == FIXED_BYTES;
    }

    private void next() {
        do {
            part = following.next();
        } while (!isThere());
        count = 0;
    }

    private boolean isThere() {
        return switch (part) {
            case FIXED, DONE -> true;
            case EXTRA_LENGTH -> (flags & EXTRA) != 0;
            case EXTRA_BYTES -> extraBytes > 0;
            case NAME_TEXT -> (flags & NAME) != 0;
            case COMMENT_TEXT -> (flags & COMMENT) != 0;
            case CHECKSUM -> (flags & HEADER_CHECKSUM) != 0;
        };
    }
}
