package dev.sluice.gateway.front.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The pieces of a body, kept as they came until all are there and then joined: each byte is copied once, and nothing is
 * set aside for what has not arrived.
 *
 * <p>A piece that is small, or a small part of its array, would keep far more memory than its bytes; such are gathered
 * in arrays of up to {@value #GATHERED_BYTES} bytes. A body in one piece is not copied at all.
 *
 * @thread confined to the front loop of its connection
 * @bound the reader's, who counts the bytes; some three times as many may be held here
 * @owns what it was given, until {@link #join} or {@link #clear}
 */
public final class BodyPieces {

    static final int GATHERED_BYTES = 16 << 10;

    /** Many times what an entry of the list and the array's own head take. */
    private static final int LEAST_KEPT_BYTES = 4 << 10;

    private static final byte[] NOTHING = new byte[0];

    private final List<HttpBytes> pieces = new ArrayList<>();
    private byte[] gathered = NOTHING;
    private int gatheredBytes;
    private int length;

    public int length() {
        return length;
    }

    /** The piece may be kept: nobody writes to it any more. */
    public void add(HttpBytes piece) {
        boolean large = piece.length() >= LEAST_KEPT_BYTES && 2L * piece.length() >= piece.array().length;
        if (length == 0 || large) {
            closeGathered();
            pieces.add(piece);
            length += piece.length();
        } else {
            copy(piece.array(), piece.from(), piece.length());
        }
    }

    /** Appends bytes that will be written over. */
    public void copy(byte[] bytes, int from, int count) {
        if (gatheredBytes + (long) count > GATHERED_BYTES) {
            closeGathered();
        }
        int needed = gatheredBytes + count;
        if (needed > gathered.length) {
            gathered = Arrays.copyOf(gathered, (int) Math.max(needed, Math.min(GATHERED_BYTES, 2L * length)));
        }
        System.arraycopy(bytes, from, gathered, gatheredBytes, count);
        gatheredBytes = needed;
        length += count;
    }

    private void closeGathered() {
        if (gatheredBytes > 0) {
            pieces.add(new HttpBytes(gathered, 0, gatheredBytes));
        }
        gathered = NOTHING;
        gatheredBytes = 0;
    }

    /** All of the body; nothing is kept here. */
    public HttpBytes join() {
        closeGathered();
        HttpBytes body = pieces.size() == 1 ? pieces.getFirst() : copyOfAll();
        clear();
        return body;
    }

    private HttpBytes copyOfAll() {
        byte[] body = new byte[length];
        int at = 0;
        for (HttpBytes piece : pieces) {
            System.arraycopy(piece.array(), piece.from(), body, at, piece.length());
            at += piece.length();
        }
        return new HttpBytes(body, 0, length);
    }

    public void clear() {
        pieces.clear();
        gathered = NOTHING;
        gatheredBytes = 0;
        length = 0;
    }
}
