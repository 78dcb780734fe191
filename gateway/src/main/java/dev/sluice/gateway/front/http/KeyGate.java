package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.security.AccessRules;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Lets on who shows a key, before anything else is looked at: without one nobody learns even which models there are.
 * OPTIONS passes, since browsers ask by it what they may send, and send no key with that.
 *
 * @thread confined to one front loop
 * @errors Unauthenticated
 */
final class KeyGate implements Handler<RoutingContext> {

    private final AccessRules rules;
    private final Serving serving;
    private final Exchanges exchanges;
    private final Bodies bodies;

    KeyGate(AccessRules rules, Serving serving, Exchanges exchanges, Bodies bodies) {
        this.rules = rules;
        this.serving = serving;
        this.exchanges = exchanges;
        this.bodies = bodies;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!request.method().equals(HttpMethod.OPTIONS) && !rules.isOpen(context.normalizedPath())) {
            Exchange exchange = exchanges.of(context);
            try {
                exchange.sentBy(rules.holder(ShownKeys.of(request)));
            } catch (InferenceException refused) {
                BodyReader.discard(request, bodies);
                serving.refuse(exchange, null, refused.error());
                return;
            }
        }
        context.next();
    }
}
