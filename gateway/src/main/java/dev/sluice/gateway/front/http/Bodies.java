package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.ByteBudget;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Vertx;
import java.util.concurrent.Executor;

/**
 * What the bodies of all requests of a front loop share.
 *
 * @param budget of bytes that may be held
 * @param nextTurn runs work on this loop once it has served its other connections
 */
record Bodies(ByteBudget budget, Executor nextTurn) {

    /** With a timer, because a loop runs what is merely handed to it before it looks at its sockets again. */
    static Bodies of(ByteBudget budget, Vertx vertx) {
        return new Bodies(budget, work -> vertx.setTimer(1, due -> work.run()));
    }

    /**
     * Counts so many bytes more in.
     *
     * @throws InferenceException Overloaded when that would be too many
     */
    void reserve(int bytes) {
        if (!budget.tryReserve(bytes)) {
            throw new InferenceException(new InferenceError.Overloaded(
                    "the server holds " + budget.heldBytes() + " bytes of request bodies and takes no more",
                    InferenceError.RETRY_SOON_MILLIS));
        }
    }
}
