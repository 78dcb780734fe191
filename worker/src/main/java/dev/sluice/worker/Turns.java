package dev.sluice.worker;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.function.Supplier;

/**
 * Has what waits on its way done by one at a time, in the order in which they come.
 *
 * @thread the control thread, which waits; what is done must not take a turn itself
 */
final class Turns {

    private Future<Void> last = Future.succeededFuture();

    <T> T inTurn(Supplier<T> action) {
        Promise<Void> over = Promise.promise();
        Future<Void> turn = last;
        last = over.future();
        turn.await();
        try {
            return action.get();
        } finally {
            over.complete();
        }
    }
}
