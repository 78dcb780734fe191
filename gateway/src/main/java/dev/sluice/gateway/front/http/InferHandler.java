package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.InferRequestDecoder;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/**
 * {@code POST /v2/models/{model}[/versions/{version}]/infer}: body in, tensors, pipeline, answer out.
 *
 * @thread confined to one front loop
 * @errors UnsupportedMediaType, and those of {@link Intake}
 */
public final class InferHandler implements Handler<RoutingContext> {

    private final Intake intake;
    private final JsonOptions jsonOptions;
    private final Exchanges exchanges;

    public InferHandler(LoopParts loop) {
        this.intake = new Intake(loop);
        this.jsonOptions = loop.serving().parts().jsonOptions();
        this.exchanges = loop.exchanges();
    }

    @Override
    public void handle(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        try {
            MediaTypes.requireReadable(context.request());
        } catch (InferenceException refused) {
            intake.refuse(exchange, refused.error());
            return;
        }
        intake.take(exchange, Routes.model(context), (body, by, buffers) -> decode(exchange, body, by, buffers));
    }

    private DecodedRequest decode(Exchange exchange, HttpBytes body, ModelEndpoint by, TensorBuffers buffers) {
        return new InferRequestDecoder(
                        body.requestBody(exchange.jsonLength()),
                        by.description().signature(),
                        buffers,
                        jsonOptions)
                .decode();
    }
}
