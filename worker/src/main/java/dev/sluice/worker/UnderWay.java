package dev.sluice.worker;

import dev.sluice.worker.contract.ModelId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The versions to which something is being done, and who waits until nothing is.
 *
 * @thread the control thread
 */
final class UnderWay {

    private final Map<ModelId, Integer> underWay = new LinkedHashMap<>();
    private final List<Waiter> waiters = new ArrayList<>();

    /** Somebody who waits until none of those versions is on its way. */
    private record Waiter(Predicate<ModelId> concerned, Promise<Void> promise) {}

    void begins(ModelId model) {
        underWay.merge(model, 1, Integer::sum);
    }

    /** Whoever waited for it hears of it by {@link #tell}, when it is known what comes next. */
    void ends(ModelId model) {
        underWay.computeIfPresent(model, (m, count) -> count == 1 ? null : count - 1);
    }

    /** Complete when nothing of those is on its way; at once if nothing is. */
    Future<Void> settled(Predicate<ModelId> concerned) {
        Promise<Void> promise = Promise.promise();
        waiters.add(new Waiter(concerned, promise));
        tell();
        return promise.future();
    }

    void tell() {
        List<Waiter> over = waiters.stream()
                .filter(waiter -> underWay.keySet().stream().noneMatch(waiter.concerned))
                .toList();
        waiters.removeAll(over);
        over.forEach(waiter -> waiter.promise.complete());
    }
}
