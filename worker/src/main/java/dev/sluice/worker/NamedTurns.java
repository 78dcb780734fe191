package dev.sluice.worker;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * {@link Turns} for each name: who waits on its way holds up nobody but those who come for the same.
 *
 * @thread the control thread, which waits; what is done must not take a turn of the same name itself
 * @bound the names for which something is being done
 */
final class NamedTurns {

    private final Map<String, Future<Void>> last = new HashMap<>();

    <T> T inTurn(String name, Supplier<T> action) {
        Promise<Void> over = Promise.promise();
        Future<Void> mine = over.future();
        Future<Void> before = last.put(name, mine);
        try {
            if (before != null) {
                before.await();
            }
            return action.get();
        } finally {
            last.remove(name, mine); // unless somebody waits for it
            over.complete();
        }
    }

    /** For which something is being done. */
    int names() {
        return last.size();
    }
}
