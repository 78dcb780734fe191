package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.BatchingReport;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;

/**
 * Asks a model's batcher what it has learned and decided; the batcher's loop makes the report, which crosses whole.
 *
 * @thread any; the future completes on the context that asked
 * @errors as InferenceException: InvalidRequest of a pipeline, ModelNotReady when nobody listens, Overloaded when no answer comes in {@value
 *     #PATIENCE_MILLIS} ms
 */
public final class BatcherInquiry {

    private static final long PATIENCE_MILLIS = 1000;
    private static final DeliveryOptions DELIVERY =
            new DeliveryOptions().setLocalOnly(true).setSendTimeout(PATIENCE_MILLIS);

    private final Vertx vertx;

    public BatcherInquiry(Vertx vertx) {
        this.vertx = vertx;
    }

    public Future<BatchingReport> ask(ModelEndpoint endpoint) {
        if (endpoint.description().isPipeline()) {
            return Future.failedFuture(InferenceException.invalid(
                    "model",
                    endpoint.model() + " is a pipeline, which batches nothing itself: ask the models of its stages"));
        }
        String address = BatchingReport.address(endpoint.description().batcherAddress());
        return vertx.eventBus()
                .<BatchingReport>request(address, endpoint.model(), DELIVERY)
                .map(Message::body)
                .recover(cause -> Future.failedFuture(new InferenceException(refusal(endpoint, cause))));
    }

    private static InferenceError refusal(ModelEndpoint endpoint, Throwable cause) {
        return cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS
                ? new InferenceError.ModelNotReady(
                        endpoint.model(), "it is asleep, or has been unloaded", InferenceError.RETRY_SOON_MILLIS)
                : new InferenceError.Overloaded(
                        "the batcher of model " + endpoint.model() + " does not answer",
                        InferenceError.RETRY_SOON_MILLIS);
    }
}
