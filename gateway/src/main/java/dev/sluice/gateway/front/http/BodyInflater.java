package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceException;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates a body while it arrives: what has been inflated of a piece is passed on in small parts, and whoever takes them
 * stops a body that grows too long by throwing.
 *
 * <p>So compressed bytes are never collected, and a loop is not kept longer than one piece takes: measured 3 to
 * 5 milliseconds for each MiB of JSON that comes out, some 0.6 to 0.9 for 64 KiB that come in, whatever the limit of a body
 * is. The worst is a bomb in one piece: 64 KiB of it keep the loop until the limit is reached, 2 milliseconds for 1 MiB of
 * zeros and 40 for 32 MiB.
 *
 * <p>Deflate means zlib's format; bare deflated data, which some clients send under that name, is told from it by its first
 * byte.
 *
 * @thread confined to the front loop of its connection
 * @bound {@value #PART_BYTES} bytes here; the taker bounds the rest
 * @errors InvalidRequest for corrupt or cut data, and for bytes behind its end, a second gzip member among them
 * @owns the native memory of an {@link Inflater}, until {@link #close}
 * @source RFC 1950, 1951, 1952
 */
final class BodyInflater implements AutoCloseable {

    private static final int PART_BYTES = 16 << 10;
    private static final int TRAILER_BYTES = 8;
    private static final int ZLIB_METHOD = 8;

    /**
     * Takes inflated bytes; they are overwritten once it returns.
     *
     * @thread the caller's
     */
    @FunctionalInterface
    interface Taker {
        void take(byte[] bytes, int length);
    }

    private final Taker taker;
    private final byte[] part = new byte[PART_BYTES];

    /** Null for the zlib format, whose frame is the inflater's own business. */
    private final @Nullable GzipHeader gzipHeader;

    private final CRC32 checksum = new CRC32();
    private @Nullable Inflater inflater;
    private boolean inflated;
    private long trailer;
    private int trailerBytes;
    private boolean closed;

    BodyInflater(ContentCoding coding, Taker taker) {
        this.gzipHeader = coding == ContentCoding.GZIP ? new GzipHeader() : null;
        this.taker = taker;
    }

    void feed(HttpBytes piece) {
        int from = piece.from();
        if (gzipHeader != null) {
            from = gzipHeader.read(piece.array(), from, piece.to());
        }
        if (from < piece.to() && !inflated) {
            from = inflate(piece.array(), from, piece.to());
        }
        for (; from < piece.to(); from++) {
            trail(piece.array()[from] & 0xFF);
        }
    }

    /** Takes note that there is no more; what is not whole by now never will be. */
    void end() {
        if (!inflated || (gzipHeader != null && trailerBytes < TRAILER_BYTES)) {
            throw corrupt("the compressed body ends too early");
        }
    }

    /** Says where the rest begins. */
    private int inflate(byte[] bytes, int from, int to) {
        Inflater running = running(bytes[from]);
        running.setInput(bytes, from, to - from);
        try {
            while (!running.finished()) {
                int length = running.inflate(part);
                if (length > 0) {
                    pass(length);
                } else if (running.needsDictionary()) {
                    throw corrupt("the compressed body needs a dictionary");
                } else if (running.needsInput() && !running.finished()) {
                    return to;
                }
            }
        } catch (DataFormatException broken) {
            throw corrupt("the compressed body is corrupt: " + broken.getMessage());
        }
        inflated = true;
        return to - running.getRemaining();
    }

    private void pass(int length) {
        if (gzipHeader != null) {
            checksum.update(part, 0, length);
        }
        taker.take(part, length);
    }

    private Inflater running(byte first) {
        if (closed) {
            throw new IllegalStateException("this inflater has been closed");
        }
        if (inflater == null) {
            boolean bare = gzipHeader != null || (first & 0xF) != ZLIB_METHOD;
            inflater = new Inflater(bare);
        }
        return inflater;
    }

    /** Gzip ends with the checksum and the length of what was compressed, least byte first. */
    private void trail(int next) {
        if (gzipHeader == null || trailerBytes == TRAILER_BYTES) {
            throw corrupt("bytes follow the end of the compressed body");
        }
        trailer |= (long) next << (8 * trailerBytes++);
        if (trailerBytes == TRAILER_BYTES && trailer != (checksum.getValue() | inflatedBytes() << 32)) {
            throw corrupt("the checksum or length at the end of the gzip body is wrong");
        }
    }

    private long inflatedBytes() {
        return inflater == null ? 0 : inflater.getBytesWritten();
    }

    private static InferenceException corrupt(String reason) {
        return InferenceException.invalid("content-encoding", reason);
    }

    /** Frees the native memory; may be called again. */
    @Override
    public void close() {
        closed = true;
        if (inflater != null) {
            inflater.end();
            inflater = null;
        }
    }
}
