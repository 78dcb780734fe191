package dev.sluice.worker;

import dev.sluice.worker.batch.Batcher;
import dev.sluice.worker.batch.BatcherOptions;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumerOptions;
import java.util.List;

/**
 * The receiving half of the crossing from the gateway: one model's batcher on its own event loop.
 *
 * @thread the batcher loop of the model
 * @bound the batcher's queue; messages that have arrived and wait for this loop are bounded by the same number
 * @owns a request from its arrival until it is replied to, exactly once
 */
final class BatcherVerticle extends VerticleBase {

    private static final DeliveryOptions REPLY = new DeliveryOptions().setLocalOnly(true);

    private static final long GRACE_MILLIS = 500;

    private final ModelId model;
    private final BatcherOptions options;
    private final List<String> instanceAddresses;
    private final Ticker ticker;
    private InstanceGroup instances;
    private Batcher batcher;

    BatcherVerticle(ModelId model, BatcherOptions options, List<String> instanceAddresses, Ticker ticker) {
        this.model = model;
        this.options = options;
        this.instanceAddresses = instanceAddresses;
        this.ticker = ticker;
    }

    static String address(ModelId model) {
        return "sluice.batcher." + model;
    }

    @Override
    public Future<?> start() {
        instances = new InstanceGroup(model, vertx.eventBus(), instanceAddresses);
        batcher = new Batcher(model, options, instances, ticker);
        MessageConsumerOptions consumer = new MessageConsumerOptions()
                .setAddress(address(model))
                .setLocalOnly(true)
                .setMaxBufferedMessages(options.maxQueueRequests());
        return vertx.eventBus().consumer(consumer, this::onRequest).completion();
    }

    /**
     * Refuses what waits and stays a moment for what runs, for with its context go the replies to it; what takes longer
     * than that is refused as well.
     */
    @Override
    public Future<?> stop() {
        batcher.refuseQueued(new InferenceError.Draining());
        Promise<Void> over = Promise.promise();
        instances.close().onComplete(idle -> over.tryComplete());
        vertx.setTimer(GRACE_MILLIS, late -> over.tryComplete());
        return over.future().onSuccess(done -> batcher.abandonRunning(new InferenceError.Draining()));
    }

    private void onRequest(Message<InferenceRequest> message) {
        batcher.enqueue(message.body(), outcome -> message.reply(outcome, REPLY));
    }
}
