package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.call.Serving;
import dev.sluice.worker.contract.InferenceException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Inflates the pieces of a body in their order, a bounded amount in each turn of the loop, so that a body that inflates to
 * much more than came in does not keep other connections waiting.
 *
 * <p>A turn takes some 2 milliseconds for JSON and less than one for zeros, by the measures of {@link BodyInflater}. The
 * client is not held back meanwhile: pieces that wait are counted like any other bytes of a body.
 *
 * @thread confined to the front loop of its connection
 * @bound {@value #TURN_BYTES} inflated bytes in a turn; what waits, by the reader's limit and the budget
 * @errors as {@link BodyInflater}, and Overloaded when the budget has no room for a piece that must wait, or the heap
 *     for what comes out
 * @owns its inflater, and what waits with its bytes of the budget, until {@link #close}
 */
public final class SlicedInflater implements AutoCloseable {

    /** Inflated in one turn of a loop for one client. */
    public static final int TURN_BYTES = 512 << 10;

    private final BodyInflater inflater;
    private final Bodies bodies;
    private final Runnable complete;
    private final Consumer<InferenceException> fail;
    private final Deque<HttpBytes> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private int allowance = TURN_BYTES;
    private boolean awaitsTurn;
    private boolean ended;
    private boolean closed;

    /**
     * @param complete called once when all has been inflated
     * @param fail called once instead when that cannot be
     */
    public SlicedInflater(BodyInflater inflater, Bodies bodies, Runnable complete, Consumer<InferenceException> fail) {
        this.inflater = inflater;
        this.bodies = bodies;
        this.complete = complete;
        this.fail = fail;
    }

    public void feed(HttpBytes piece) {
        advance(() -> {
            if (awaitsTurn) {
                bodies.budget().reserve(piece.length());
                waitingBytes += piece.length();
                waiting.add(piece);
            } else {
                inflater.feed(piece);
            }
        });
    }

    /** Takes note that there is no more. */
    public void end() {
        advance(() -> ended = true);
    }

    private void turn() {
        advance(() -> {
            awaitsTurn = false;
            allowance = TURN_BYTES;
        });
    }

    /** After that step, goes on as far as this turn allows. */
    private void advance(Runnable step) {
        if (closed) {
            return;
        }
        try {
            step.run();
            inflate();
        } catch (InferenceException failure) {
            close();
            fail.accept(failure);
        } catch (OutOfMemoryError full) {
            close();
            fail.accept(new InferenceException(Serving.noMemory()));
        }
    }

    private void inflate() {
        while (!awaitsTurn) {
            allowance -= inflater.inflate(allowance);
            if (allowance <= 0) {
                awaitsTurn = true;
                bodies.nextTurn().execute(this::turn);
            } else if (!waiting.isEmpty()) {
                HttpBytes next = waiting.remove();
                release(next.length());
                inflater.feed(next);
            } else {
                finish();
                return;
            }
        }
    }

    private void finish() {
        if (ended) {
            inflater.end();
            close();
            complete.run();
        }
    }

    private void release(long bytes) {
        bodies.budget().release(bytes);
        waitingBytes -= bytes;
    }

    /** Stops; nothing is called any more. May be called again. */
    @Override
    public void close() {
        closed = true;
        waiting.clear();
        release(waitingBytes);
        inflater.close();
    }
}
