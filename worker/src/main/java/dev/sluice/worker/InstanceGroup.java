package dev.sluice.worker;

import dev.sluice.worker.batch.Batch;
import dev.sluice.worker.batch.BatchResult;
import dev.sluice.worker.batch.BatchRunner;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.ModelId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * All instances of one model on this node, and the sending half of the crossing to them.
 *
 * @thread owned by the batcher loop of the model
 * @bound one batch for each instance; the one that became idle last is used first, for its caches are warm
 * @errors a batch that cannot be delivered comes back as ModelNotReady
 */
final class InstanceGroup implements BatchRunner {

    /**
     * An engine call cannot be taken back, so its instance stays busy until it answers, and this is only the end of all
     * patience. What clients wait for is bounded by their deadlines, in the crossing before this one.
     */
    private static final Duration LONGEST_RUN = Duration.ofHours(1);

    private static final DeliveryOptions DELIVERY =
            new DeliveryOptions().setLocalOnly(true).setSendTimeout(LONGEST_RUN.toMillis());

    private final ModelId model;
    private final EventBus bus;
    private final ArrayDeque<String> idle;
    private final int instances;
    private final Promise<Void> allIdle = Promise.promise();
    private boolean closing;

    InstanceGroup(ModelId model, EventBus bus, List<String> instanceAddresses) {
        this.model = model;
        this.bus = bus;
        this.idle = new ArrayDeque<>(instanceAddresses);
        this.instances = instanceAddresses.size();
    }

    @Override
    public int idleInstances() {
        return idle.size();
    }

    @Override
    public void run(Batch batch, Consumer<BatchResult> done) {
        String instance = idle.pop();
        bus.<BatchResult>request(instance, batch, DELIVERY).onComplete(reply -> {
            idle.push(instance);
            done.accept(reply.succeeded() ? reply.result().body() : undelivered());
            completeWhenIdle();
        });
    }

    /** Complete when every batch that runs has come back; to be called when no more will be run. */
    Future<Void> close() {
        closing = true;
        completeWhenIdle();
        return allIdle.future();
    }

    private void completeWhenIdle() {
        if (closing && idle.size() == instances) {
            allIdle.tryComplete();
        }
    }

    private BatchResult undelivered() {
        return new BatchResult.Failed(
                new InferenceError.ModelNotReady(model, "its instance is gone", InferenceError.RETRY_SOON_MILLIS));
    }
}
