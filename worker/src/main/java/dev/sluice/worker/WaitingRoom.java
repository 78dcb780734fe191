package dev.sluice.worker;

import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.ModelReport.Description;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import dev.sluice.worker.contract.Signature;
import dev.sluice.worker.contract.Ticker;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.MessageConsumerOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the requests to versions that are asleep, in place of their batchers: has them woken, and hands their requests on
 * in the order in which they came.
 *
 * <p>For the gateway side it is a batcher like any other, so a request that waits here has been admitted as any other, and
 * ends as any other. Its answer does not come by here; word that its client has gone meanwhile does, and is passed on.
 *
 * @thread an event loop of its own; {@link #open} and {@link #close} any
 * @bound the requests in flight, which admission bounds
 * @errors DeadlineExceeded, Cancelled, and ModelNotReady where the version cannot be woken; Draining at the end
 * @owns a request from its arrival until its outcome is sent or its batcher has been sent it
 */
final class WaitingRoom extends VerticleBase {

    /**
     * Has versions woken.
     *
     * @thread called on any; answers on any
     */
    @FunctionalInterface
    interface Waker {

        /**
         * Complete when it is ready. Fails with an {@link InferenceException}: that of Cancelled when nobody wanted it any
         * more.
         *
         * @param wanted whether anybody waits for it still
         */
        Future<Description> wake(ModelId model, BooleanSupplier wanted);
    }

    private static final Logger LOG = LoggerFactory.getLogger(WaitingRoom.class);

    private static final long LOOK_AGAIN_MILLIS = 20;

    private static final DeliveryOptions DELIVERY = new DeliveryOptions().setLocalOnly(true);

    private final Waker waker;
    private final Ticker ticker;
    private final Map<ModelId, Guests> guests = new HashMap<>();

    WaitingRoom(Waker waker, Ticker ticker) {
        this.waker = waker;
        this.ticker = ticker;
    }

    /** Where the event bus takes requests for that version while it is asleep. */
    static String address(ModelId model) {
        return "sluice.asleep." + model;
    }

    /** Complete when requests to that version are taken; nothing new if they are. */
    Future<Void> open(ModelId model, Signature signature) {
        return here(() -> {
            Guests known = guests.get(model);
            if (known != null && known.signature.equals(signature)) {
                return Future.succeededFuture();
            }
            Guests fresh = new Guests(model, signature);
            guests.put(model, fresh);
            return known == null ? fresh.listen() : known.leave().compose(left -> fresh.listen());
        });
    }

    /** To be called when the version is not asleep any more and will not be; who waits for it is refused. */
    Future<Void> close(ModelId model) {
        return here(() -> {
            Guests known = guests.remove(model);
            return known == null ? Future.succeededFuture() : known.leave();
        });
    }

    private Future<Void> here(Supplier<Future<Void>> action) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(now -> action.get().onComplete(done));
        return done.future();
    }

    @Override
    public Future<?> stop() {
        guests.values().forEach(of -> of.refuse(new InferenceError.Draining()));
        return Future.succeededFuture();
    }

    /** @param replyAddress where its front loop waits for outcomes */
    private record Ticket(String replyAddress, long number) {}

    private record Guest(InferenceRequest request, long timer) {}

    /**
     * Who waits for one version.
     *
     * @thread the loop; the number of them any
     */
    private final class Guests {

        private final ModelId model;
        private final Signature signature;
        private final Map<Ticket, Guest> waiting = new LinkedHashMap<>();
        private final MessageConsumer<RequestGroup> consumer;
        private volatile int count;
        private boolean waking;
        private String batcher = "";

        Guests(ModelId model, Signature signature) {
            this.model = model;
            this.signature = signature;
            this.consumer = vertx.eventBus()
                    .consumer(new MessageConsumerOptions()
                            .setAddress(address(model))
                            .setLocalOnly(true)
                            .setMaxBufferedMessages(Integer.MAX_VALUE));
        }

        Future<Void> listen() {
            consumer.handler(this::onGroup);
            return consumer.completion();
        }

        Future<Void> leave() {
            refuse(new InferenceError.ModelNotReady(model, "it has been unloaded", InferenceError.RETRY_SOON_MILLIS));
            return consumer.unregister();
        }

        private void onGroup(Message<RequestGroup> message) {
            String front = message.body().replyAddress();
            for (RequestGroup.Entry entry : message.body().entries()) {
                Ticket ticket = new Ticket(front, entry.ticket());
                switch (entry) {
                    case RequestGroup.Submit(long number, InferenceRequest request) -> take(ticket, request);
                    case RequestGroup.Withdraw withdrawn -> withdraw(ticket, withdrawn);
                }
            }
            wake();
        }

        private void take(Ticket ticket, InferenceRequest request) {
            long left = Math.max(0, request.deadline().remainingNanos(ticker.nanos()));
            long timer = vertx.setTimer(
                    TimeUnit.NANOSECONDS.toMillis(left) + 1,
                    late -> end(ticket, new InferenceError.DeadlineExceeded("waking")));
            waiting.put(ticket, new Guest(request, timer));
            count = waiting.size();
        }

        /** Who is here no more is with the batcher. */
        private void withdraw(Ticket ticket, RequestGroup.Withdraw withdrawn) {
            if (waiting.containsKey(ticket)) {
                end(ticket, new InferenceError.Cancelled());
            } else if (!batcher.isEmpty()) {
                vertx.eventBus().send(batcher, new RequestGroup(ticket.replyAddress(), List.of(withdrawn)), DELIVERY);
            }
        }

        private void end(Ticket ticket, InferenceOutcome outcome) {
            Guest leaving = waiting.remove(ticket);
            count = waiting.size();
            if (leaving != null) {
                vertx.cancelTimer(leaving.timer());
                OutcomeGroup.Entry entry = new OutcomeGroup.Entry(ticket.number(), outcome);
                OutcomeGroup group = new OutcomeGroup(model, Capacity.UNKNOWN, List.of(entry));
                vertx.eventBus().send(ticket.replyAddress(), group, DELIVERY);
            }
        }

        void refuse(InferenceError why) {
            List.copyOf(waiting.keySet()).forEach(ticket -> end(ticket, why));
        }

        private void wake() {
            if (waking || waiting.isEmpty()) {
                return;
            }
            waking = true;
            waker.wake(model, () -> count > 0)
                    .onComplete(
                            awake -> context.runOnContext(here -> {
                                waking = false;
                                handOn(awake);
                            }),
                            failure -> context.runOnContext(here -> {
                                waking = false;
                                failed(failure);
                            }));
        }

        private void failed(Throwable failure) {
            InferenceError why = failure instanceof InferenceException refused
                    ? refused.error()
                    : new InferenceError.EngineFailure(model.toString());
            if (why instanceof InferenceError.Cancelled) {
                wake(); // for who has come since
            } else {
                refuse(why);
            }
        }

        private void handOn(Description awake) {
            if (!awake.signature().equals(signature)) {
                refuse(new InferenceError.ModelNotReady(
                        model, "its inputs or outputs have just changed", InferenceError.RETRY_SOON_MILLIS));
                return;
            }
            batcher = awake.batcherAddress();
            Map<String, List<RequestGroup.Entry>> byFront = new LinkedHashMap<>();
            waiting.forEach((ticket, guest) -> {
                vertx.cancelTimer(guest.timer());
                byFront.computeIfAbsent(ticket.replyAddress(), first -> new ArrayList<>())
                        .add(new RequestGroup.Submit(ticket.number(), guest.request()));
            });
            waiting.clear();
            count = 0;
            byFront.forEach((front, entries) -> vertx.eventBus()
                    .<RequestGroup>sender(batcher, DELIVERY)
                    .write(new RequestGroup(front, entries))
                    .onFailure(cause -> context.runOnContext(here -> hasGone(front, entries, cause))));
        }

        /** It fell asleep once more, or was unloaded. */
        private void hasGone(String front, List<RequestGroup.Entry> entries, Throwable cause) {
            LOG.debug("model {} was not there any more: {}", model, cause.toString());
            for (RequestGroup.Entry entry : entries) {
                if (entry instanceof RequestGroup.Submit(long number, InferenceRequest request)) {
                    take(new Ticket(front, number), request);
                }
            }
            vertx.setTimer(LOOK_AGAIN_MILLIS, due -> wake());
        }
    }
}
