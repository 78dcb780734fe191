package dev.sluice.worker;

import dev.sluice.worker.batch.Completion;
import dev.sluice.worker.batch.Pending;
import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumerOptions;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The front loops that ask a batcher, or a pipeline in its place: where their groups arrive, and what each waits for.
 *
 * @thread the loop of the batcher or pipeline
 * @bound messages that have arrived and wait for this loop are bounded by what admission lets in
 */
final class Correspondents {

    private static final DeliveryOptions DELIVERY = new DeliveryOptions().setLocalOnly(true);

    private static final long QUIET_LOOK_MILLIS = 20;

    private static final int QUIET_LOOKS = 5;

    private final Incarnation incarnation;
    private final Vertx vertx;
    private final Consumer<InferenceOutcome> leaving;

    /** By the address at which the front loop waits for outcomes. */
    private final Map<String, Correspondence> waiting = new HashMap<>();

    /**
     * @param incarnation whose addresses they send to
     * @param leaving told of every outcome and every part of an answer
     */
    Correspondents(Incarnation incarnation, Vertx vertx, Consumer<InferenceOutcome> leaving) {
        this.incarnation = incarnation;
        this.vertx = vertx;
        this.leaving = leaving;
    }

    /** From now on groups are taken, and the question is answered whether all is done. */
    Future<Void> listen(Consumer<RequestGroup> onGroup) {
        MessageConsumerOptions consumer = new MessageConsumerOptions()
                .setAddress(incarnation.batcherAddress())
                .setLocalOnly(true)
                .setMaxBufferedMessages(Integer.MAX_VALUE);
        return vertx.eventBus()
                .<RequestGroup>consumer(consumer, message -> onGroup.accept(message.body()))
                .completion()
                .compose(listening -> vertx.eventBus()
                        .localConsumer(incarnation.drainAddress(), this::onDrain)
                        .completion());
    }

    /**
     * Whoever has taken this batcher for the one to ask, before another took its place, may send still: so the end is
     * when nobody has waited for a while.
     */
    private void onDrain(Message<Object> message) {
        int[] quietLooks = {0};
        vertx.setPeriodic(QUIET_LOOK_MILLIS, look -> {
            quietLooks[0] = areWaiting() ? 0 : quietLooks[0] + 1;
            if (quietLooks[0] == QUIET_LOOKS) {
                vertx.cancelTimer(look);
                message.reply(null, DELIVERY);
            }
        });
    }

    /** @param enqueue hands a request over; its outcome may come before it returns */
    void take(RequestGroup group, BiFunction<InferenceRequest, Completion, Pending> enqueue) {
        Correspondence front = waiting.computeIfAbsent(group.replyAddress(), first -> new Correspondence(leaving));
        for (RequestGroup.Entry entry : group.entries()) {
            switch (entry) {
                case RequestGroup.Withdraw(long ticket) -> front.withdraw(ticket);
                case RequestGroup.Submit(long ticket, InferenceRequest request) ->
                    front.submit(ticket, reply -> enqueue.apply(request, reply));
            }
        }
    }

    /** Whether any of them waits for an outcome, or for it to be sent. */
    boolean areWaiting() {
        return !waiting.isEmpty();
    }

    /** Sends each the outcomes since the last call, and what there is room for now. */
    void sendOutcomes(Supplier<Capacity> capacity) {
        waiting.forEach((replyAddress, front) -> {
            if (front.hasOutcomes()) {
                OutcomeGroup outcomes = front.takeOutcomes(incarnation.model(), capacity.get());
                vertx.eventBus().send(replyAddress, outcomes, DELIVERY);
            }
        });
        waiting.values().removeIf(Correspondence::isOver);
    }
}
