package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.ReplyException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The crossing from the gateway to a model's batcher: one event-bus request, one outcome.
 *
 * @thread called on a front loop, and answers there
 * @bound waits no longer than the request's deadline
 * @errors DeadlineExceeded when nothing came back in time, Overloaded when the batcher's loop could not take the message,
 *     ModelNotReady when nobody listens; the future itself never fails
 */
public final class BatcherClient {

    private static final Logger LOG = LoggerFactory.getLogger(BatcherClient.class);

    private final EventBus bus;
    private final Ticker ticker;

    public BatcherClient(EventBus bus, Ticker ticker) {
        this.bus = bus;
        this.ticker = ticker;
    }

    public Future<InferenceOutcome> send(ModelEndpoint endpoint, InferenceRequest request) {
        long remainingNanos = request.deadline().remainingNanos(ticker.nanos());
        if (remainingNanos <= 0) {
            return Future.succeededFuture(new InferenceError.DeadlineExceeded("dispatch"));
        }
        // One millisecond more, so that the batcher, which looks at the deadline itself, is the first to answer.
        long timeoutMillis = TimeUnit.NANOSECONDS.toMillis(remainingNanos) + 1;
        DeliveryOptions delivery = new DeliveryOptions().setLocalOnly(true).setSendTimeout(timeoutMillis);
        try {
            return bus.<InferenceOutcome>request(endpoint.description().batcherAddress(), request, delivery)
                    .transform(reply -> Future.succeededFuture(
                            reply.succeeded() ? reply.result().body() : outcome(request, reply.cause())));
        } catch (RuntimeException refusedByTheBus) {
            return Future.succeededFuture(unexpected(request, refusedByTheBus));
        }
    }

    private InferenceOutcome outcome(InferenceRequest request, Throwable cause) {
        if (cause instanceof ReplyException reply) {
            return switch (reply.failureType()) {
                case TIMEOUT -> timedOut(request);
                case NO_HANDLERS ->
                    new InferenceError.ModelNotReady(
                            request.model(), "it has been unloaded", InferenceError.RETRY_SOON_MILLIS);
                case RECIPIENT_FAILURE, ERROR -> unexpected(request, cause);
            };
        }
        return unexpected(request, cause);
    }

    /** The bus says timeout as well, and at once, for a message that it discards because the consumer is flooded. */
    private InferenceOutcome timedOut(InferenceRequest request) {
        if (request.deadline().isExpired(ticker.nanos())) {
            return new InferenceError.DeadlineExceeded("queue or execution");
        }
        return new InferenceError.Overloaded(
                "the batcher of model " + request.model() + " cannot keep up", InferenceError.RETRY_SOON_MILLIS);
    }

    private static InferenceOutcome unexpected(InferenceRequest request, Throwable cause) {
        LOG.error(
                "request {} for model {} was lost on its way to the batcher",
                request.requestId(),
                request.model(),
                cause);
        return new InferenceError.EngineFailure(request.requestId());
    }
}
