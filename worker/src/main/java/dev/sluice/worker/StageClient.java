package dev.sluice.worker;

import dev.sluice.worker.contract.Capacity;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.ModelId;
import dev.sluice.worker.contract.OutcomeGroup;
import dev.sluice.worker.contract.RequestGroup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumerOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The crossing from a pipeline to the batchers of its stages, in groups as from a front loop: what one turn has to ask
 * leaves together, and mostly ends in one batch.
 *
 * @thread confined to the loop of the pipeline; every outcome is told there
 * @bound the pipeline's requests in flight, times its stages
 * @owns each request's ticket, until its outcome or until it is {@linkplain Ticket#withdraw withdrawn}
 */
final class StageClient {

    private static final Logger LOG = LoggerFactory.getLogger(StageClient.class);

    private static final DeliveryOptions DELIVERY = new DeliveryOptions().setLocalOnly(true);

    private final Context loop;
    private final BiConsumer<ModelId, Capacity> capacities;
    private final String replyAddress = "sluice.pipeline." + UUID.randomUUID();
    private final Map<Long, Ticket> waiting = new HashMap<>();

    /** By the batcher's address. */
    private Map<String, List<RequestGroup.Entry>> outbox = new HashMap<>();

    private long lastTicket;
    private boolean flushIsDue;

    /** @param capacities told, with each group of outcomes, what that model can do */
    StageClient(Context loop, BiConsumer<ModelId, Capacity> capacities) {
        this.loop = loop;
        this.capacities = capacities;
    }

    Future<Void> open() {
        MessageConsumerOptions consumer = new MessageConsumerOptions()
                .setAddress(replyAddress)
                .setLocalOnly(true)
                .setMaxBufferedMessages(Integer.MAX_VALUE);
        return loop.owner().eventBus().consumer(consumer, this::onOutcomes).completion();
    }

    /**
     * Hands a request over.
     *
     * @param unheard told in place of {@code end} when nobody listens at that address, and so nobody has seen it
     */
    Ticket ask(String batcher, InferenceRequest request, Consumer<InferenceOutcome> end, Runnable unheard) {
        Ticket ticket = new Ticket(++lastTicket, batcher, end, unheard);
        waiting.put(ticket.number, ticket);
        say(batcher, new RequestGroup.Submit(ticket.number, request));
        return ticket;
    }

    /**
     * A request that a batcher has.
     *
     * @thread the loop of the pipeline
     */
    final class Ticket {

        private final long number;
        private final String batcher;
        private final Consumer<InferenceOutcome> end;
        private final Runnable unheard;

        private Ticket(long number, String batcher, Consumer<InferenceOutcome> end, Runnable unheard) {
            this.number = number;
            this.batcher = batcher;
            this.end = end;
            this.unheard = unheard;
        }

        /** Its outcome is told to nobody any more. */
        void withdraw() {
            if (waiting.remove(number) != null) {
                say(batcher, new RequestGroup.Withdraw(number));
            }
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
        outbox = new HashMap<>();
        leaving.forEach((address, entries) -> loop.owner()
                .eventBus()
                .<RequestGroup>sender(address, DELIVERY)
                .write(new RequestGroup(replyAddress, entries))
                .onFailure(cause -> loop.runOnContext(here -> undelivered(entries, cause))));
    }

    private void undelivered(List<RequestGroup.Entry> entries, Throwable cause) {
        LOG.debug("a stage's batcher was not there any more: {}", cause.toString());
        for (RequestGroup.Entry entry : entries) {
            Ticket lost = waiting.remove(entry.ticket());
            if (lost != null) {
                lost.unheard.run();
            }
        }
    }

    private void onOutcomes(Message<OutcomeGroup> message) {
        OutcomeGroup group = message.body();
        capacities.accept(group.model(), group.capacity());
        for (OutcomeGroup.Entry entry : group.entries()) {
            Ticket answered = waiting.remove(entry.ticket());
            if (answered != null) {
                tell(answered, entry.outcome());
            }
        }
    }

    /** The others of the group must hear theirs, whatever is wrong with this one. */
    private static void tell(Ticket answered, InferenceOutcome outcome) {
        try {
            answered.end.accept(outcome);
        } catch (RuntimeException | OutOfMemoryError defect) {
            LOG.error("a stage's answer could not be used; its request is given up at its deadline", defect);
        }
    }
}
