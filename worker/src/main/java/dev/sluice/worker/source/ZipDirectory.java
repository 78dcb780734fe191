package dev.sluice.worker.source;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Looks at the list that ends a zip before somebody reads it who keeps all of it in memory.
 *
 * <p>It goes from entry to entry as that reader does, for the number and the length that the end record gives may be lies.
 *
 * @thread the fetch's
 * @bound entries; {@value #ENTRY_BYTES} bytes for each that there may be
 * @errors SourceException NEVER beyond the bound; what is broken is left to the reader to say
 */
final class ZipDirectory {

    private static final int ENTRY_BYTES = 1024;

    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int COMMENT_BYTES = 0xFFFF;
    private static final int OFFSET_IN_END = 16;

    private static final int LOCATOR = 0x07064b50;
    private static final int LOCATOR_BYTES = 20;
    private static final int OFFSET_IN_LOCATOR = 8;
    private static final int LONG_END_BYTES = 56;
    private static final int OFFSET_IN_LONG_END = 48;

    private static final int ENTRY = 0x02014b50;
    private static final int LENGTHS_IN_ENTRY = 28;
    private static final int FIXED_BYTES = 46;

    private final FileChannel zip;
    private final String from;
    private final int mostEntries;

    private ZipDirectory(FileChannel zip, String from, int mostEntries) {
        this.zip = zip;
        this.from = from;
        this.mostEntries = mostEntries;
    }

    /** @param from for people */
    static void check(Path archive, String from, int mostEntries) throws IOException {
        try (FileChannel zip = FileChannel.open(archive)) {
            ZipDirectory directory = new ZipDirectory(zip, from, mostEntries);
            directory.walk(directory.begin());
        }
    }

    /** Where the list begins; the end of the file where that is not said. */
    private long begin() throws IOException {
        long size = zip.size();
        long tailFrom = Math.max(0, size - END_BYTES - COMMENT_BYTES - LOCATOR_BYTES);
        ByteBuffer tail = read(tailFrom, (int) (size - tailFrom));
        for (int end = tail.limit() - END_BYTES; end >= 0; end--) {
            if (tail.getInt(end) == END) {
                boolean isLong = end >= LOCATOR_BYTES && tail.getInt(end - LOCATOR_BYTES) == LOCATOR;
                return isLong
                        ? longBegin(tail.getLong(end - LOCATOR_BYTES + OFFSET_IN_LOCATOR))
                        : begin(tail, end, tailFrom);
            }
        }
        return size;
    }

    /** Something may stand before the archive, by which the offset is then too small. */
    private static long begin(ByteBuffer tail, int end, long tailFrom) {
        long length = Integer.toUnsignedLong(tail.getInt(end + OFFSET_IN_END - Integer.BYTES));
        return Math.max(Integer.toUnsignedLong(tail.getInt(end + OFFSET_IN_END)), tailFrom + end - length);
    }

    private long longBegin(long at) throws IOException {
        long size = zip.size();
        boolean isThere = at >= 0 && at <= size - LONG_END_BYTES;
        return isThere ? read(at, LONG_END_BYTES).getLong(OFFSET_IN_LONG_END) : size;
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (zip.read(bytes, at + bytes.position()) < 0) {
                throw new EOFException("it is being shortened");
            }
        }
        return bytes.flip();
    }

    private void walk(long begin) throws IOException {
        if (begin < 0 || begin >= zip.size()) {
            return;
        }
        zip.position(begin);
        DataInputStream list = new DataInputStream(new BufferedInputStream(Channels.newInputStream(zip)));
        byte[] fixed = new byte[FIXED_BYTES];
        ByteBuffer entry = ByteBuffer.wrap(fixed).order(ByteOrder.LITTLE_ENDIAN);
        long bytes = 0;
        for (int entries = 0;
                list.readNBytes(fixed, 0, FIXED_BYTES) == FIXED_BYTES && entry.getInt(0) == ENTRY;
                entries++) {
            int more = 0; // its name, what else is said of it, and a comment
            for (int i = 0; i < 3; i++) {
                more += Short.toUnsignedInt(entry.getShort(LENGTHS_IN_ENTRY + i * Short.BYTES));
            }
            list.skipNBytes(more);
            bytes += FIXED_BYTES + more;
            if (entries >= mostEntries || bytes > (long) ENTRY_BYTES * mostEntries + COMMENT_BYTES) {
                throw SourceException.never(from + " has more than " + mostEntries
                        + " entries (worker.sources.max_entries), or longer names than so many have");
            }
        }
    }
}
