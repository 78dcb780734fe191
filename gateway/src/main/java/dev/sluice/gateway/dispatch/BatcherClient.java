package dev.sluice.gateway.dispatch;

import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumerOptions;
import io.vertx.core.eventbus.MessageProducer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The crossing from one front loop to the batchers of all models: requests go out in groups, outcomes come back in
 * groups.
 *
 * <p>A group holds what was sent in one turn of the loop. A lone request leaves at the end of its own turn, so nobody
 * waits for company; under load whatever one turn read from the sockets wakes the batcher once, and mostly ends in one
 * batch.
 *
 * <p>The batcher owns the deadline and answers when it passes, by a timer of its own. Should it be unable to, the
 * request is given up here, {@value #LOOK_MILLIS} to twice as many milliseconds later.
 *
 * @thread confined to one front loop; every future completes there
 * @bound the requests in flight, which admission bounds: the bus itself is told to discard nothing
 * @errors DeadlineExceeded when nothing came back in time, ModelNotReady when nobody listens; the futures never fail
 * @owns each request's ticket, from {@link #send} to its one outcome
 */
public final class BatcherClient {

    private static final Logger LOG = LoggerFactory.getLogger(BatcherClient.class);

    private static final DeliveryOptions DELIVERY = new DeliveryOptions().setLocalOnly(true);
    private static final long LOOK_MILLIS = 100;

    private final Vertx vertx;
    private final Context loop;
    private final Ticker ticker;
    private final BiConsumer<ModelId, Capacity> capacities;
    private final String replyAddress = "sluice.front." + UUID.randomUUID();
    /** What has been sent in this turn, by the batcher's address. */
    private Map<String, List<RequestGroup.Entry>> outbox = new HashMap<>();

    private final Map<Long, Waiting> waiting = new HashMap<>();
    private long lastTicket;
    private boolean flushIsDue;
    private boolean lookIsDue;

    private BatcherClient(Vertx vertx, Ticker ticker, BiConsumer<ModelId, Capacity> capacities) {
        this.vertx = vertx;
        this.capacities = capacities;
        this.loop = vertx.getOrCreateContext();
        this.ticker = ticker;
    }

    /**
     * Opens the crossing of the loop that calls this; it closes when the verticle that owns the loop is undeployed.
     *
     * @param capacities told, with each group of outcomes, what that model can do
     */
    public static Future<BatcherClient> open(Vertx vertx, Ticker ticker, BiConsumer<ModelId, Capacity> capacities) {
        BatcherClient client = new BatcherClient(vertx, ticker, capacities);
        MessageConsumerOptions consumer = new MessageConsumerOptions()
                .setAddress(client.replyAddress)
                .setLocalOnly(true)
                .setMaxBufferedMessages(Integer.MAX_VALUE);
        return vertx.eventBus()
                .consumer(consumer, client::onOutcomes)
                .completion()
                .map(client);
    }

    public Future<InferenceOutcome> send(ModelEndpoint endpoint, InferenceRequest request) {
        if (request.deadline().isExpired(ticker.nanos())) {
            return Future.succeededFuture(new InferenceError.DeadlineExceeded("dispatch"));
        }
        Waiting sent = new Waiting(request, Promise.promise());
        long ticket = ++lastTicket;
        String batcher = endpoint.description().batcherAddress();
        waiting.put(ticket, sent);
        say(batcher, new RequestGroup.Submit(ticket, request));
        request.cancellation().whenCancelled(() -> withdraw(batcher, ticket));
        lookLater();
        return sent.promise.future();
    }

    private void withdraw(String batcher, long ticket) {
        if (waiting.containsKey(ticket)) {
            say(batcher, new RequestGroup.Withdraw(ticket));
        }
    }

    private void say(String batcher, RequestGroup.Entry entry) {
        outbox.computeIfAbsent(batcher, first -> new ArrayList<>()).add(entry);
        if (!flushIsDue) {
            flushIsDue = true;
            loop.runOnContext(endOfTurn -> flush());
        }
    }

    private void flush() {
        flushIsDue = false;
        Map<String, List<RequestGroup.Entry>> leaving = outbox;
        outbox = new HashMap<>(); // a group that cannot be delivered answers at once, and the answered may send again
        leaving.forEach((address, entries) -> {
            RequestGroup group = new RequestGroup(replyAddress, entries);
            MessageProducer<RequestGroup> batcher = vertx.eventBus().sender(address, DELIVERY);
            batcher.write(group).onFailure(cause -> undelivered(group, cause));
        });
    }

    private void onOutcomes(Message<OutcomeGroup> message) {
        if (!message.body().capacity().equals(Capacity.UNKNOWN)) { // as of who is asleep: it is what it was
            capacities.accept(message.body().model(), message.body().capacity());
        }
        for (OutcomeGroup.Entry entry : message.body().entries()) {
            if (entry.outcome() instanceof InferenceResponse answer && !answer.isLast()) {
                pass(entry.ticket(), answer);
            } else {
                complete(entry.ticket(), entry.outcome());
            }
        }
    }

    private void pass(long ticket, InferenceResponse part) {
        Waiting sent = waiting.get(ticket);
        if (sent != null) {
            try {
                sent.request.parts().answered(part);
            } catch (RuntimeException defect) { // of the caller; the others of the group must hear theirs
                LOG.error("request {} could not be answered in part", sent.request.requestId(), defect);
            }
        }
    }

    /** Says nothing of a ticket that has been given up. */
    private void complete(long ticket, InferenceOutcome outcome) {
        Waiting answered = waiting.remove(ticket);
        if (answered != null) {
            try {
                answered.promise.complete(outcome);
            } catch (RuntimeException defect) { // of the caller; the others of the group must hear theirs
                LOG.error("request {} could not be answered", answered.request.requestId(), defect);
            }
        }
    }

    private void undelivered(RequestGroup group, Throwable cause) {
        boolean nobodyListens =
                cause instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS;
        if (!nobodyListens) {
            LOG.error(
                    "{} requests were lost on their way to a batcher",
                    group.entries().size(),
                    cause);
        }
        for (RequestGroup.Entry entry : group.entries()) {
            if (entry instanceof RequestGroup.Submit(long ticket, InferenceRequest request)) {
                complete(ticket, nobodyListens ? unloaded(request) : lost(request));
            }
        }
    }

    private static InferenceError unloaded(InferenceRequest request) {
        return new InferenceError.ModelNotReady(
                request.model(), "it has been unloaded", InferenceError.RETRY_SOON_MILLIS);
    }

    private static InferenceError lost(InferenceRequest request) {
        return new InferenceError.EngineFailure(request.requestId());
    }

    private void lookLater() {
        if (!lookIsDue) {
            lookIsDue = true;
            vertx.setTimer(LOOK_MILLIS, due -> giveUpTheLate());
        }
    }

    private void giveUpTheLate() {
        lookIsDue = false;
        long late = ticker.nanos() - TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS);
        List<Long> givenUp = new ArrayList<>();
        waiting.forEach((ticket, sent) -> {
            if (sent.request.deadline().isExpired(late)) {
                givenUp.add(ticket);
            }
        });
        givenUp.forEach(ticket -> complete(ticket, new InferenceError.DeadlineExceeded("queue or execution")));
        if (!waiting.isEmpty()) {
            lookLater();
        }
    }

    private record Waiting(InferenceRequest request, Promise<InferenceOutcome> promise) {}
}
