package dev.sluice.worker;

import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How many models are loaded at one time. Each is taken all the way before the next, so that the first of many are ready
 * soon, and in the order in which they were asked for.
 *
 * @thread the control thread, whose virtual threads wait here
 */
final class LoadingSlots {

    private final Deque<Promise<Void>> waiting = new ArrayDeque<>();
    private int free;

    LoadingSlots(int slots) {
        this.free = slots;
    }

    /** Returns when there is a place, which must be given back. */
    void take() {
        if (free > 0) {
            free--;
            return;
        }
        Promise<Void> turn = Promise.promise();
        waiting.add(turn);
        turn.future().await();
    }

    /** Gives a place to whoever has waited longest. */
    void giveBack() {
        Promise<Void> next = waiting.poll();
        if (next == null) {
            free++;
        } else {
            next.complete();
        }
    }
}
