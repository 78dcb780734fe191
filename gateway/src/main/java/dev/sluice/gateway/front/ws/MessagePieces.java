package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.gateway.front.http.BodyPieces;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.v2.RequestBody;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The message that is arriving on one connection.
 *
 * @thread confined to the front loop of its connection
 * @bound the decoder's limit, and together with all other bodies the budget: a message that finds no room there is let go,
 *     but for its first {@value #KEPT_BYTES} bytes, where its id may stand
 * @owns its bytes of the budget until {@link #handOver} or {@link #clear}
 */
final class MessagePieces {

    private static final VarHandle LENGTH = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int KEPT_BYTES = 4 << 10;

    private final ByteBudget budget;
    private final BodyPieces pieces = new BodyPieces();
    private boolean text;
    private boolean cut;
    private long sinceNanos;
    private long reservedBytes;

    MessagePieces(ByteBudget budget) {
        this.budget = budget;
    }

    /**
     * A message that has come whole.
     *
     * @param cut whether there was no room for it; then these are only its first bytes
     */
    record Message(HttpBytes bytes, boolean text, boolean cut, long sinceNanos) {

        /** As the body of a request; null for a binary one that does not begin with a length of JSON that can be. */
        @Nullable
        RequestBody body() {
            int from = bytes.from();
            int to = bytes.to();
            if (text) {
                return new RequestBody(bytes.array(), from, to, to);
            }
            if (to - from < Integer.BYTES) {
                return null;
            }
            int json = from + Integer.BYTES;
            long jsonEnd = json + Integer.toUnsignedLong((int) LENGTH.get(bytes.array(), from));
            if (jsonEnd > to && !cut) {
                return null;
            }
            return new RequestBody(bytes.array(), json, (int) Math.min(jsonEnd, to), to);
        }
    }

    void begin(boolean isText, long nowNanos) {
        text = isText;
        cut = false;
        sinceNanos = nowNanos;
    }

    void add(ByteBuf piece) {
        int count = piece.readableBytes();
        if (cut || count == 0) {
            return;
        }
        if (budget.tryReserve(count)) {
            reservedBytes += count;
            pieces.add(bytes(piece));
        } else {
            cut = true;
            keepFirstBytes(piece);
        }
    }

    /** The decoder has put them in an array of their own. */
    private static HttpBytes bytes(ByteBuf piece) {
        return new HttpBytes(piece.array(), 0, piece.readableBytes());
    }

    private void keepFirstBytes(ByteBuf piece) {
        HttpBytes first = pieces.length() > 0 ? pieces.join() : bytes(piece);
        byte[] kept = Arrays.copyOf(first.array(), Math.min(first.length(), KEPT_BYTES));
        pieces.clear();
        pieces.add(new HttpBytes(kept, 0, kept.length));
        budget.release(reservedBytes);
        reservedBytes = 0;
    }

    Message take() {
        return new Message(pieces.join(), text, cut, sinceNanos);
    }

    /** The bytes that the message which was taken has reserved; from now on they are for somebody else to release. */
    long handOver() {
        long bytes = reservedBytes;
        reservedBytes = 0;
        return bytes;
    }

    void clear() {
        pieces.clear();
        budget.release(reservedBytes);
        reservedBytes = 0;
    }
}
