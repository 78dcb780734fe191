package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.v2.InferRequestDecoder;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v2/models/{model}[/versions/{version}]/infer}: body in, tensors, pipeline, answer out.
 *
 * @thread confined to one front loop
 * @bound {@code http.max_body_size} for each request that is being read
 * @errors every {@link InferenceError}, as {@link StatusMapping} says
 */
final class InferHandler implements Handler<RoutingContext> {

    /** It waited so long to be read that its client has given it up. */
    private static final InferenceError LATE = new InferenceError.DeadlineExceeded("socket");

    private final Serving serving;
    private final SizeLimit bodyLimit;
    private final Exchanges exchanges;
    private final Bodies bodies;

    InferHandler(Serving serving, HttpOptions options, Exchanges exchanges, Bodies bodies) {
        this.serving = serving;
        this.bodies = bodies;
        this.bodyLimit = new SizeLimit(options.maxBodySize(), "http.max_body_size");
        this.exchanges = exchanges;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Exchange exchange = exchanges.of(context);
        FrontConnection.infers(request);
        try {
            MediaTypes.requireReadable(request);
            ModelEndpoint endpoint = serving.endpoint(exchange, Routes.model(context));
            exchange.showStanding();
            @Nullable InferenceError refusal = serving.entry(exchange, endpoint.model());
            if (refusal == null) {
                readIfThereIsRoom(exchange, request, endpoint);
            } else {
                discard(exchange, request, endpoint.model(), refusal);
            }
        } catch (InferenceException refused) {
            discard(exchange, request, Serving.modelOf(refused.error()), refused.error());
        }
    }

    private void readIfThereIsRoom(Exchange exchange, HttpServerRequest request, ModelEndpoint endpoint) {
        RequestHead head = RequestHeads.of(request, endpoint.model(), exchange.client());
        @Nullable InferenceError noRoom = exchange.isLate(head) ? LATE : serving.room(head);
        if (noRoom == null) {
            read(exchange, request, head, endpoint);
        } else {
            discard(exchange, request, endpoint.model(), noRoom);
        }
    }

    private void read(Exchange exchange, HttpServerRequest request, RequestHead head, ModelEndpoint endpoint) {
        BodyReader.read(
                request,
                bodyLimit,
                bodies,
                body -> infer(exchange, head, endpoint, body),
                error -> serving.refuse(exchange, endpoint.model(), error));
    }

    private void discard(Exchange exchange, HttpServerRequest request, @Nullable ModelId model, InferenceError error) {
        BodyReader.discard(request, bodies);
        serving.refuse(exchange, model, error);
    }

    private void infer(Exchange exchange, RequestHead head, ModelEndpoint endpoint, HttpBytes body) {
        serving.infer(
                exchange,
                head,
                endpoint,
                (by, buffers) -> new InferRequestDecoder(
                                body.requestBody(exchange.jsonLength()),
                                by.description().signature(),
                                buffers,
                                serving.parts().jsonOptions())
                        .decode());
    }
}
