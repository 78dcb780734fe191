package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.control.Operations;
import dev.sluice.gateway.front.control.Operator;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelCommand;
import dev.sluice.worker.contract.ModelCommand.Outcome;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What operators order by HTTP: reads the request, has it done, and lets it be answered when that is over.
 *
 * @thread confined to one loop
 * @bound {@value #MAX_BODY_BYTES} bytes of body
 * @errors InvalidRequest for a body that is not what it should be, PayloadTooLarge, and whatever becomes of the command
 */
public final class Orders {

    private static final long MAX_BODY_BYTES = 64 << 10;

    private final Operations operations;
    private final Operator.Api api;
    private final Exchanges exchanges;
    private final Bodies bodies;

    /**
     * What a body asks for.
     *
     * @thread confined to one loop
     */
    @FunctionalInterface
    public interface Reading {

        /** @throws InferenceException InvalidRequest */
        ModelCommand command(HttpBytes body);
    }

    public Orders(Operations operations, Operator.Api api, Exchanges exchanges, Bodies bodies) {
        this.operations = operations;
        this.api = api;
        this.exchanges = exchanges;
        this.bodies = bodies;
    }

    /** @param whenDone is told what has been done, and answers */
    public void take(RoutingContext context, Reading reading, Consumer<Outcome> whenDone) {
        read(context, body -> order(context, reading.command(body), whenDone));
    }

    /** The same for what a request asks for besides, when its body has been read. */
    public void order(RoutingContext context, ModelCommand command, Consumer<Outcome> whenDone) {
        Exchange exchange = exchanges.of(context);
        answer(exchange, order(context, command), whenDone);
    }

    /** Has what has been ordered answered when it is over, however it ends. */
    public static void answer(Exchange exchange, Future<Outcome> over, Consumer<Outcome> whenDone) {
        over.onSuccess(outcome -> {
                    InferenceError refusal = outcome.refusal();
                    if (refusal == null) {
                        orRefuse(exchange, () -> whenDone.accept(outcome));
                    } else {
                        exchange.refuse(refusal);
                    }
                })
                .onFailure(failure -> exchange.refuse(
                        failure instanceof InferenceException refused
                                ? refused.error()
                                : Serving.failed(exchange, failure)));
    }

    /** Nobody above would answer: what escapes from a callback is only logged. */
    private static void orRefuse(Exchange exchange, Runnable step) {
        try {
            step.run();
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        } catch (RuntimeException | OutOfMemoryError failure) {
            exchange.refuse(Serving.failed(exchange, failure));
        }
    }

    /**
     * The same for who answers by itself, done or not.
     *
     * @return complete when it has been done, or refused
     */
    public Future<Outcome> order(RoutingContext context, ModelCommand command) {
        return operations.order(command, operator(context));
    }

    /**
     * The same before it is ordered, by who does not wait for it.
     *
     * @return complete when the worker side has looked at it, refused if what is ordered would be as far as that is known
     */
    public Future<Outcome> vet(RoutingContext context, ModelCommand.Source command) {
        return operations.vet(command, operator(context));
    }

    /** Has the whole process stop. */
    public void drain(RoutingContext context, Consumer<HttpBytes> check, Runnable whenKept) {
        read(context, body -> {
            check.accept(body);
            operations.drain(operator(context)).onSuccess(stop -> {
                whenKept.run();
                stop.run();
            });
        });
    }

    /** Reads a request, and refuses it where its taker throws. */
    public void read(RoutingContext context, Consumer<HttpBytes> taker) {
        Exchange exchange = exchanges.of(context);
        BodyReader.read(
                context.request(),
                SizeLimit.fixed(MAX_BODY_BYTES),
                bodies,
                body -> orRefuse(exchange, () -> taker.accept(body)),
                exchange::refuse);
    }

    private Operator operator(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        return new Operator(api, address(context.request()), exchange.client(), exchange.requestId());
    }

    /** Where a request comes from. */
    public static String address(HttpServerRequest request) {
        @Nullable SocketAddress remote = request.remoteAddress();
        return remote == null ? "" : String.valueOf(remote.hostAddress());
    }
}
