package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which versions are on their way, and who waits until some are not.
 *
 * @thread the control thread
 */
final class Settling {

    private static final Logger LOG = LoggerFactory.getLogger(Settling.class);

    /** Somebody who waits until none of those versions is on its way. */
    private record Waiter(Predicate<ModelId> concerned, Promise<Void> promise) {}

    private final Map<ModelId, Integer> underWay = new LinkedHashMap<>();
    private final List<Waiter> waiters = new ArrayList<>();

    void begins(ModelId model) {
        underWay.merge(model, 1, Integer::sum);
    }

    /**
     * Goes that way to its end, and on from there whatever has come of it.
     *
     * @param closing whether the server ends: then who waits is interrupted, and there is nobody to tell of anything
     */
    void through(ModelId model, Runnable work, Runnable goOn, BooleanSupplier closing) {
        try {
            try {
                work.run();
            } finally {
                underWay.computeIfPresent(model, (m, count) -> count == 1 ? null : count - 1);
                goOn.run();
            }
        } catch (Exception cutShort) { // InterruptedException among them, which await does not declare
            if (closing.getAsBoolean()) {
                LOG.debug("model {} was on its way when the server ended", model, cutShort);
            } else {
                LOG.error("model {} has not come through", model, cutShort);
            }
        }
    }

    /** Complete when none of those is on its way; at once if none is. */
    Future<Void> settled(Predicate<ModelId> concerned) {
        Promise<Void> promise = Promise.promise();
        waiters.add(new Waiter(concerned, promise));
        tellWaiters();
        return promise.future();
    }

    void tellWaiters() {
        List<Waiter> over = waiters.stream()
                .filter(waiter -> underWay.keySet().stream().noneMatch(waiter.concerned))
                .toList();
        waiters.removeAll(over);
        over.forEach(waiter -> waiter.promise.complete());
    }
}
