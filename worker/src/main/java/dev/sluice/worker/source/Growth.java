package dev.sluice.worker.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Asks for room while something is written of which nobody knows how long it will be.
 *
 * @thread the fetch's
 * @bound {@value #STEP_BYTES} bytes are written before it is asked again
 * @errors SourceException LATER where there is no room
 */
final class Growth {

    static final long STEP_BYTES = 256L << 20;

    /** What else is written on that disk must not fail for us. */
    private static final long LEFT_ON_DISK = 64L << 20;

    private final Path folder;
    private final Download.Room room;
    private final long step;
    private long written;

    Growth(Path folder, Download.Room room) {
        this(folder, room, STEP_BYTES);
    }

    Growth(Path folder, Download.Room room, long step) {
        this.folder = folder;
        this.room = room;
        this.step = step;
    }

    /** So many bytes are about to be written. */
    void by(int bytes) throws IOException {
        written += bytes;
        if (written >= step) {
            written = 0;
            room.make(0); // what has been written counts already
            checkDisk(folder, step);
        }
    }

    static void checkDisk(Path folder, long bytes) throws IOException {
        long needed = bytes + LEFT_ON_DISK;
        long free = Files.getFileStore(folder).getUsableSpace();
        if (needed > free) {
            throw new SourceException(
                    SourceException.Again.LATER,
                    "the disk of worker.sources.cache has " + (free >> 20) + " MiB free, and " + (needed >> 20)
                            + " MiB are needed");
        }
    }
}
