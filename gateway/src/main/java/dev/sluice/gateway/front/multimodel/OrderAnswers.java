package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.front.admin.ManagementFront;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Orders;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has done what operators order in the words of TorchServe and its relatives, and answers {@code {"status": ...}} as
 * they do.
 *
 * @thread confined to the operators' loop
 * @errors 405 for a method, and those of the commands
 */
public final class OrderAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(OrderAnswers.class);
    private static final int ACCEPTED = 202;

    private final ManagementFront.Desk desk;
    private final ModelOrders orders;
    private final String allowed;

    /** @param allowed the methods that there are */
    public OrderAnswers(ManagementFront.Desk desk, ModelOrders orders, String allowed) {
        this.desk = desk;
        this.orders = orders;
        this.allowed = allowed;
    }

    /**
     * Reads a request, and has done what it comes to.
     *
     * @param asked empty for a method that there is not; throws InferenceException for what is wrong with it
     */
    public void take(RoutingContext context, Function<HttpBytes, Optional<Reply>> asked) {
        desk.orders().read(context, body -> answer(context, asked.apply(body)));
    }

    private void answer(RoutingContext context, Optional<Reply> reply) {
        Exchange exchange = desk.exchanges().of(context);
        if (reply.isEmpty()) {
            context.response().putHeader("allow", allowed);
            exchange.error(405, context.request().method() + " is not allowed here");
            return;
        }
        switch (reply.get()) {
            case Reply.Order order -> order(context, exchange, order);
            case Reply.Scheduled scheduled -> schedule(context, exchange, scheduled);
            case Reply.Done done -> exchange.answer(done.status(), status(done.text()));
            case Reply.Refused refused ->
                exchange.answer(refused.status(), TypedRefusal.of(refused.status(), refused.type(), refused.text()));
        }
    }

    private void order(RoutingContext context, Exchange exchange, Reply.Order order) {
        Future<Outcome> over = done(context, order.command(), order.then().iterator())
                .onComplete(any -> orders.isOver(order.command()));
        Orders.answer(
                exchange,
                over,
                done -> exchange.answer(order.status(), status(order.text().get())));
    }

    /** What is ordered later is in the audit log, and in what is told of the model; what is not, in the server's log. */
    private void schedule(RoutingContext context, Exchange exchange, Reply.Scheduled scheduled) {
        ModelCommand.Source command = scheduled.command();
        Future<Outcome> vetted = desk.orders().vet(context, command);
        vetted.compose(outcome -> outcome.refusal() == null
                        ? done(context, command, scheduled.then().iterator())
                        : vetted)
                .onFailure(failure -> notOrdered(exchange, command, failure))
                .onComplete(any -> orders.isOver(command));
        Orders.answer(exchange, vetted, fine -> exchange.answer(ACCEPTED, status(scheduled.text())));
    }

    private static void notOrdered(Exchange exchange, ModelCommand.Source command, Throwable failure) {
        if (failure instanceof InferenceException refused) {
            LOG.warn("{}: what was to follow it is not ordered: {}", command, refused.getMessage());
        } else {
            Serving.failed(exchange, failure);
        }
    }

    /** One after the other, as far as nothing is refused. */
    private Future<Outcome> done(
            RoutingContext context, ModelCommand command, Iterator<Supplier<Optional<ModelCommand>>> then) {
        return desk.orders().order(context, command).compose(outcome -> {
            Optional<ModelCommand> next = outcome.refusal() == null ? next(then) : Optional.empty();
            return next.isEmpty() ? Future.succeededFuture(outcome) : done(context, next.get(), then);
        });
    }

    private static Optional<ModelCommand> next(Iterator<Supplier<Optional<ModelCommand>>> then) {
        Optional<ModelCommand> next = Optional.empty();
        while (next.isEmpty() && then.hasNext()) {
            next = then.next().get();
        }
        return next;
    }

    private static JsonOutput status(String text) {
        return PrettyJson.of(
                new JsonOutput(128).raw("{\"status\":").string(text).raw('}'));
    }
}
