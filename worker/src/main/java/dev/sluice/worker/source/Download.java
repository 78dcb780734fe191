package dev.sluice.worker.source;

import dev.sluice.worker.contract.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gets one file, from where an earlier try ended. Beside the file lies a note of what it was then: without one, nothing of
 * it is believed.
 *
 * @thread the fetch's
 * @errors SourceException SOON for what may be better at the next try; what has come stays
 */
final class Download {

    private static final int PIECE_BYTES = 256 << 10;

    /**
     * What a download has to keep to.
     *
     * @param room asked for so many bytes before they are fetched
     * @param anyEnd whether a file may be whole although its server does not say where it ends
     */
    record Terms(long mostBytes, Duration idleTimeout, Ticker ticker, Room room, boolean anyEnd) {}

    /**
     * Makes room on the disk.
     *
     * @thread the fetch's
     */
    @FunctionalInterface
    interface Room {
        void make(long bytes) throws IOException;
    }

    /** What is known of the file that is there in part. */
    private record Note(String validator, long total) {

        static final Note NONE = new Note("", -1);
    }

    private final Path file;
    private final Path noteFile;
    private final Terms terms;
    private final Transfer transfer;

    Download(Path file, Terms terms, Transfer transfer) {
        this.file = file;
        this.noteFile = file.resolveSibling(file.getFileName() + ".note");
        this.terms = terms;
        this.transfer = transfer;
    }

    /**
     * Returns when all of it is there, and on the disk.
     *
     * @param from where it comes from, for people
     * @return whether some of it was there from an earlier try
     */
    boolean run(Remote.Part part, String from) throws IOException {
        Note note = note();
        long have = Files.exists(file) ? Files.size(file) : 0;
        if (note.validator.isEmpty() || (have > note.total && note.total >= 0)) {
            have = 0;
        }
        if (have > 0 && have == note.total) {
            return true;
        }
        transfer.goOn();
        try (Remote.Opened opened = part.open(have, note.validator)) {
            check(opened, have, from);
            terms.room.make(Math.max(0, opened.total() - opened.from()));
            if (opened.from() == 0) {
                Files.deleteIfExists(file);
                Files.writeString(noteFile, opened.validator() + "\n" + opened.total() + "\n", StandardCharsets.UTF_8);
            }
            transfer.begins(opened.from(), opened.total());
            copy(opened, from);
            return opened.from() > 0;
        }
    }

    private void check(Remote.Opened opened, long have, String from) throws IOException {
        if (opened.from() != 0 && opened.from() != have) {
            throw SourceException.soon(from + " gave another range than it was asked for", null);
        }
        if (!opened.ends() && !terms.anyEnd) {
            throw SourceException.never(from + " does not say how long it is: give its sha256");
        }
        if (opened.total() > terms.mostBytes) {
            throw tooLarge(from);
        }
        Growth.checkDisk(file.resolveSibling(""), Math.max(0, opened.total() - opened.from()));
    }

    private SourceException tooLarge(String from) {
        return SourceException.never(
                from + " has more than the " + terms.mostBytes + " bytes of worker.sources.max_download");
    }

    private void copy(Remote.Opened opened, String from) throws IOException {
        long at = opened.from();
        Pace pace = new Pace(terms.idleTimeout, terms.ticker.nanos());
        Growth growth = new Growth(file.resolveSibling(""), terms.room);
        byte[] piece = new byte[PIECE_BYTES];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.position(at);
            for (int count = read(opened.body(), piece, from); count >= 0; count = read(opened.body(), piece, from)) {
                at += count;
                if (at > terms.mostBytes) {
                    throw tooLarge(from);
                }
                growth.by(count);
                write(channel, ByteBuffer.wrap(piece, 0, count));
                transfer.got(count);
                transfer.goOn();
                if (!pace.keepsUp(count, terms.ticker.nanos())) {
                    throw stalled(from, null);
                }
            }
            channel.force(true);
        }
        if (opened.total() >= 0 && at != opened.total()) {
            throw SourceException.soon(from + " broke off after " + at + " of " + opened.total() + " bytes", null);
        }
    }

    private int read(InputStream body, byte[] piece, String from) throws IOException {
        try {
            return body.read(piece);
        } catch (SocketTimeoutException silence) {
            throw transfer.failure(stalled(from, silence));
        } catch (IOException broken) {
            throw transfer.failure(SourceException.soon(from + " broke off: " + broken.getMessage(), broken));
        }
    }

    private SourceException stalled(String from, @Nullable IOException silence) {
        return SourceException.soon(
                from + " gave less than a KiB a second for " + terms.idleTimeout.toMillis() + " ms", silence);
    }

    private void write(FileChannel channel, ByteBuffer bytes) throws IOException {
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException full) {
            discard(); // others need the room more than this needs its beginning
            throw new SourceException(
                    SourceException.Again.LATER,
                    "worker.sources.cache cannot be written: " + full.getMessage(),
                    Duration.ZERO,
                    full);
        }
    }

    /** Forgets what has come. */
    void discard() throws IOException {
        Files.deleteIfExists(noteFile);
        Files.deleteIfExists(file);
    }

    private Note note() throws IOException {
        try {
            List<String> lines = Files.readAllLines(noteFile, StandardCharsets.UTF_8);
            return lines.size() == 2 ? new Note(lines.getFirst(), Long.parseLong(lines.get(1))) : Note.NONE;
        } catch (NoSuchFileException | NumberFormatException nothingOfUse) {
            return Note.NONE;
        }
    }
}
