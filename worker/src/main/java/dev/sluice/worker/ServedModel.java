package dev.sluice.worker;

import dev.sluice.worker.contract.ModelReport.Description;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * A model version in memory, with all that serves it, and how that is taken apart.
 *
 * @thread the control thread
 * @owns what was told to {@link #onClose}: deployments, the loaded model
 */
final class ServedModel {

    private final Incarnation incarnation;
    private final Vertx vertx;
    private final Deque<Runnable> undo = new ArrayDeque<>();
    private @Nullable Description description;

    ServedModel(Incarnation incarnation, Vertx vertx) {
        this.incarnation = incarnation;
        this.vertx = vertx;
    }

    Incarnation incarnation() {
        return incarnation;
    }

    /** What is to be done at the end, the last first. */
    void onClose(Runnable step) {
        undo.push(step);
    }

    void describe(Description complete) {
        description = complete;
    }

    /** As the front is to know it; null until it is complete. */
    @Nullable
    Description description() {
        return description;
    }

    /** Lets it finish what it has; to be called when nobody is sent to it any more. */
    void drain(Duration patience) {
        DeliveryOptions delivery =
                new DeliveryOptions().setLocalOnly(true).setSendTimeout(Math.max(1, patience.toMillis()));
        vertx.eventBus()
                .request(incarnation.drainAddress(), null, delivery)
                .otherwiseEmpty() // then the rest is refused
                .await();
    }

    /** Ends what serves it and frees its memory; what waits for it still is refused. */
    void close() {
        while (!undo.isEmpty()) {
            undo.pop().run();
        }
    }

    /** For what must not stop the rest from being taken apart. */
    static void await(Future<?> step) {
        step.otherwiseEmpty().await();
    }
}
