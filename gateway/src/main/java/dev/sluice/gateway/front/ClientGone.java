package dev.sluice.gateway.front;

import dev.sluice.worker.contract.Cancellation;
import org.jspecify.annotations.Nullable;

/**
 * A cancellation that a front declares when the client of a request has gone.
 *
 * @thread cancelled and listened to on the front loop of its request; asked from any thread
 */
public final class ClientGone implements Cancellation {

    private volatile boolean gone;
    private @Nullable Runnable action;

    public void cancel() {
        if (!gone) {
            gone = true;
            if (action != null) {
                action.run();
            }
        }
    }

    @Override
    public boolean isCancelled() {
        return gone;
    }

    @Override
    public void whenCancelled(Runnable action) {
        if (gone) {
            action.run();
        } else {
            this.action = action;
        }
    }
}
