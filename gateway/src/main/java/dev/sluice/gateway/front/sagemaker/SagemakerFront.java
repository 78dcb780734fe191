package dev.sluice.gateway.front.sagemaker;

import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.ServerState;
import dev.sluice.gateway.front.http.DefaultModel;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileDocument;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.http.StreamFront;
import dev.sluice.gateway.front.http.StreamHandler;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * The container contract of Amazon SageMaker.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @errors 503 at {@code /ping} until models are ready, or with {@code http.model_control} until those that it began with
 *     have been tried; otherwise those of the handlers
 * @source Amazon SageMaker developer guide: custom inference code with hosting services, custom containers contract for
 *     multi-model endpoints, bidirectional streaming
 */
public final class SagemakerFront implements ProfileFront {

    private static final ProfileDocument DOCUMENT = ProfileDocument.read(Profile.SAGEMAKER);
    private static final String STREAM = "/invocations-bidirectional-stream";
    private static final String MODELS = "/models(?:/.*)?";

    private final StreamFront.Maker streams;

    /** @param streams makes what speaks WebSocket */
    public SagemakerFront(StreamFront.Maker streams) {
        this.streams = streams;
    }

    @Override
    public void addTo(RouteTable table, LoopParts loop) {
        DOCUMENT.addTo(table, loop.exchanges());
        table.get("/ping", context -> ping(loop, context));
        Invocations invocations = new Invocations(loop);
        table.post("/invocations", invocations::ofDefault);
        DefaultModel model = new DefaultModel(loop);
        StreamHandler stream = new StreamHandler(streams.of(loop.serving()), loop.exchanges(), loop.options());
        table.stream(STREAM, context -> stream.open(context, forStream(model, loop)));
        table.under(MODELS, "GET, HEAD, POST, DELETE, OPTIONS", new ModelsHandler(loop, invocations));
    }

    @Override
    public Dialect dialect() {
        return SagemakerDialect.INFERENCE;
    }

    /**
     * Nothing is said in a body, which nobody reads. Where the platform says which models there are, it hears of each
     * when it loads it; of a container that is ill it would take all of them away.
     */
    private static void ping(LoopParts loop, RoutingContext context) {
        Exchange exchange = loop.exchanges().of(context);
        FrontParts parts = loop.serving().parts();
        boolean isMultiModel = loop.options().modelControl();
        if (isMultiModel ? ServerState.isServing(parts) : ServerState.isReady(parts)) {
            exchange.done();
        } else {
            exchange.error(503, isMultiModel ? "the server begins, or ends" : "no model is ready");
        }
    }

    /** With several models each message names its own. */
    private static @Nullable RequestedModel forStream(DefaultModel model, LoopParts loop) {
        return loop.serving().parts().models().all().isEmpty()
                ? null
                : model.name().map(name -> new RequestedModel(name, null)).orElse(null);
    }
}
