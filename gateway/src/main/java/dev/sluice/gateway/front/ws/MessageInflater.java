package dev.sluice.gateway.front.ws;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Inflates messages, one after the other.
 *
 * @thread confined to the front loop of its connection
 * @bound what it gives for one piece: about 1,000 times as much
 * @owns native memory, until {@link #close}
 */
final class MessageInflater implements AutoCloseable {

    private static final int PART_BYTES = 16 << 10;

    private final Inflater inflater = new Inflater(true);
    private final byte[] part = new byte[PART_BYTES];

    /**
     * Inflates the next piece.
     *
     * @param last whether the message ends with it
     * @param out takes each part, in an array of its own
     * @throws DataFormatException when it is not compressed as it should be
     */
    void inflate(byte[] piece, boolean last, Consumer<byte[]> out) throws DataFormatException {
        inflate(piece, out);
        if (last) {
            inflate(PerMessageDeflate.TAIL, out);
        }
    }

    private void inflate(byte[] piece, Consumer<byte[]> out) throws DataFormatException {
        inflater.setInput(piece);
        int count = inflater.inflate(part);
        while (count > 0) {
            out.accept(Arrays.copyOf(part, count));
            count = inflater.inflate(part);
        }
        if (inflater.needsDictionary()) {
            throw new DataFormatException("a dictionary is needed");
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
