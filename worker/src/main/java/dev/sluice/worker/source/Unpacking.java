package dev.sluice.worker.source;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Enumeration;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;

/**
 * Puts what is in an archive into a folder: files and folders, and nothing that leads out of it, links to anything, or
 * grows beyond its bounds.
 *
 * @thread the fetch's
 * @bound files and folders, what is kept of their names, bytes, and bytes for each byte of the archive
 * @errors SourceException NEVER for an archive that is broken or tries anything; what was unpacked is the caller's to
 *     delete
 */
final class Unpacking {

    private static final int PIECE_BYTES = 256 << 10;

    /** Numbers of a model hardly shrink to a hundredth; small archives may, for they do no harm. */
    private static final long MOST_TIMES = 200;

    private static final long NEVER_MIND_BYTES = 256L << 20;

    /** Names are never longer, nor what is said of a file. */
    private static final int HEADER_BYTES = 1 << 20;

    private static final int UNIX_TYPE = 0xF000;
    private static final int UNIX_FILE = 0x8000;

    private final Path folder;
    private final String from;
    private final SourceOptions bounds;
    private final Transfer transfer;
    private final Growth growth;
    private final EntryNames names;
    private final byte[] piece = new byte[PIECE_BYTES];
    private long archiveBytes;
    private long unpackedBytes;
    private int entries;

    /**
     * @param folder that is there, and empty
     * @param from for people
     */
    Unpacking(Path folder, String from, SourceOptions bounds, Transfer transfer, Growth growth) {
        this.folder = folder;
        this.from = from;
        this.bounds = bounds;
        this.transfer = transfer;
        this.growth = growth;
        this.names = new EntryNames(from);
    }

    void run(Path archive, Form form) throws IOException {
        archiveBytes = Files.size(archive);
        transfer.doing("unpacking");
        try {
            switch (form) {
                case ZIP -> zip(archive);
                case TAR, GZIPPED_TAR -> tar(archive, form);
                case MODEL -> throw new IllegalArgumentException(form.toString());
            }
        } catch (SourceException refused) {
            throw refused;
        } catch (IOException | RuntimeException broken) { // the reader of archives throws either
            throw broken instanceof UnwritableException
                    ? broken.getCause() instanceof IOException full ? full : new IOException(broken)
                    : SourceException.never(from + " is a broken archive: " + broken.getMessage());
        }
        if (entries == 0) {
            throw SourceException.never(from + " is an archive with nothing in it");
        }
    }

    /** The disk's fault, and not the archive's. */
    private static final class UnwritableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        UnwritableException(IOException cause) {
            super(cause);
        }
    }

    private void zip(Path archive) throws IOException {
        ZipDirectory.check(archive, from, bounds.maxEntries());
        try (ZipFile zip = ZipFile.builder()
                .setPath(archive)
                .setIgnoreLocalFileHeader(true) // what it says once more of each would be kept as well
                .get()) {
            for (Enumeration<ZipArchiveEntry> all = zip.getEntries(); all.hasMoreElements(); ) {
                ZipArchiveEntry entry = all.nextElement();
                int type = entry.getUnixMode() & UNIX_TYPE;
                boolean plain = entry.isDirectory() || type == 0 || type == UNIX_FILE;
                Path target = target(entry.getName(), entry.isDirectory(), plain);
                if (!entry.isDirectory()) {
                    if (!zip.canReadEntryData(entry)) {
                        throw SourceException.never(from + ": the entry \"" + entry.getName()
                                + "\" is encrypted, or packed in a way that is not known");
                    }
                    try (CheckedInputStream content = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
                        write(content, target, entry.getSize());
                        if (content.getChecksum().getValue() != entry.getCrc()) {
                            throw new IOException("the checksum of an entry is wrong");
                        }
                    }
                }
            }
        }
    }

    private void tar(Path archive, Form form) throws IOException {
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive), PIECE_BYTES);
                InputStream plain = form == Form.TAR ? file : new GZIPInputStream(file, PIECE_BYTES);
                Headers headers = new Headers(plain);
                TarArchiveInputStream tar = new TarArchiveInputStream(headers)) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                headers.end();
                boolean isFile = entry.isFile()
                        && !entry.isSymbolicLink()
                        && !entry.isLink()
                        && !entry.isCharacterDevice()
                        && !entry.isBlockDevice()
                        && !entry.isFIFO()
                        && !entry.isSparse();
                Path target = target(entry.getName(), entry.isDirectory(), isFile || entry.isDirectory());
                if (!entry.isDirectory()) {
                    write(tar, target, entry.getSize());
                }
                headers.begin();
            }
            headers.end();
            for (int count = plain.read(piece); count >= 0; count = plain.read(piece)) {
                grow(count); // for its checksum stands at the end
            }
        }
    }

    /**
     * What a tar has between the contents of two files, of which its reader keeps names in memory, however long they are.
     *
     * @thread the fetch's
     */
    private final class Headers extends FilterInputStream {

        private boolean between = true;
        private int bytes;

        Headers(InputStream plain) {
            super(plain);
        }

        void begin() {
            between = true;
            bytes = 0;
        }

        void end() {
            between = false;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            count(value < 0 ? 0 : 1);
            return value;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int count = super.read(into, offset, Math.min(length, PIECE_BYTES));
            count(Math.max(0, count));
            return count;
        }

        @Override
        public long skip(long length) throws IOException {
            long count = super.skip(Math.min(length, PIECE_BYTES));
            count((int) count);
            return count;
        }

        private void count(int more) throws SourceException {
            if (between) {
                transfer.goOn();
                grow(more);
                bytes += more;
                if (bytes > HEADER_BYTES) {
                    throw SourceException.never(from + " has more than " + HEADER_BYTES + " bytes of names, or of what"
                            + " no file has, between two files");
                }
            }
        }
    }

    private Path target(String name, boolean isFolder, boolean plain) throws IOException {
        transfer.goOn();
        if (++entries > bounds.maxEntries()) {
            throw SourceException.never(
                    from + " has more than " + bounds.maxEntries() + " entries (worker.sources.max_entries)");
        }
        String clean = names.taken(name, isFolder);
        if (!plain) {
            throw SourceException.never(from + ": the entry \"" + clean + "\" is neither a file nor a folder");
        }
        Path target = folder.resolve(clean).normalize();
        if (!target.startsWith(folder)) {
            throw SourceException.never(from + ": the entry \"" + clean + "\" leads out of its folder");
        }
        try {
            Files.createDirectories(isFolder ? target : target.resolveSibling(""));
        } catch (IOException full) {
            throw new UnwritableException(full);
        }
        return target;
    }

    private void write(InputStream content, Path target, long size) throws IOException {
        long written = 0;
        try (OutputStream out = created(target)) {
            for (int count = content.read(piece); count >= 0; count = content.read(piece)) {
                written += count;
                grow(count);
                try {
                    growth.by(count);
                    out.write(piece, 0, count);
                } catch (IOException full) {
                    throw new UnwritableException(full);
                }
                transfer.goOn();
            }
        }
        if (size >= 0 && written != size) {
            throw new EOFException("an entry is shorter than it says");
        }
    }

    private static OutputStream created(Path target) {
        try {
            return Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (IOException full) {
            throw new UnwritableException(full);
        }
    }

    private void grow(int bytes) throws SourceException {
        unpackedBytes += bytes;
        if (unpackedBytes > bounds.maxUnpacked()) {
            throw SourceException.never(from + " unpacks to more than the " + bounds.maxUnpacked()
                    + " bytes of worker.sources.max_unpacked");
        }
        if (unpackedBytes > NEVER_MIND_BYTES && unpackedBytes / MOST_TIMES > archiveBytes) {
            throw SourceException.never(from + " unpacks to more than " + MOST_TIMES + " times its size");
        }
    }
}
