package dev.sluice.gateway.front.ws;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Inflates messages, one after the other, part by part as somebody asks.
 *
 * <p>A message may have blocks that say that they are the last, anywhere. Each ends what later ones can refer to, as it does in
 * zlib, and inflating begins anew behind it.
 *
 * @thread confined to the front loop of its connection
 * @bound one part of {@value #PART_BYTES} bytes, and the piece that it comes from
 * @owns native memory, until {@link #close}
 * @source RFC 7692, sections 7.2.2 and 7.2.3.4
 */
final class MessageInflater implements AutoCloseable {

    static final int PART_BYTES = 16 << 10;

    private static final byte[] NOTHING = {};

    private final Inflater inflater = new Inflater(true);
    private final byte[] part = new byte[PART_BYTES];
    private byte[] piece = NOTHING;
    private boolean last;
    private boolean open;

    /**
     * Takes the next piece, after the one before has been used up.
     *
     * @param isLast whether the message ends with it
     */
    void feed(byte[] next, boolean isLast) {
        last = isLast;
        input(next, 0);
    }

    /**
     * The next of what comes of the piece, in an array of its own, which is empty where a last block ends; null when the piece
     * is used up.
     *
     * @throws DataFormatException when it is not compressed as it should be
     */
    byte @Nullable [] next() throws DataFormatException {
        int count = inflater.inflate(part);
        if (count == 0 && last && inflater.needsInput() && !isWhole()) {
            last = false;
            input(PerMessageDeflate.TAIL, 0);
            open = false;
            count = inflater.inflate(part);
        }
        if (count > 0) {
            return Arrays.copyOf(part, count);
        }
        if (inflater.needsDictionary()) {
            throw new DataFormatException("a dictionary is needed");
        }
        if (!inflater.finished()) {
            return null;
        }
        beginAnew();
        return NOTHING;
    }

    /**
     * Whether no block is left open that the tail would end: where there is nothing at all, or nothing behind a last block, not
     * even the one byte that should follow it.
     */
    private boolean isWhole() {
        return inflater.finished() || !open;
    }

    private void beginAnew() {
        int rest = inflater.getRemaining();
        inflater.reset();
        open = false;
        input(piece, piece.length - rest);
    }

    private void input(byte[] bytes, int from) {
        piece = bytes;
        open |= bytes.length > from;
        inflater.setInput(bytes, from, bytes.length - from);
    }

    @Override
    public void close() {
        inflater.end();
    }
}
