package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.v2.PlainInputs;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /predict} and {@code POST /models/{model}[/versions/{version}]/predict}: what the model's
 * {@code transform} speaks of in, or numbers, an answer for people out.
 *
 * @thread confined to one front loop; what is slow is done elsewhere
 * @bound those of {@link PlainIntake}
 * @errors InvalidRequest where no model is named and there are several, UnsupportedMediaType, and those of
 *     {@link PlainIntake}
 */
final class PredictHandler implements Handler<RoutingContext> {

    static final Dialect DIALECT = () -> Protocol.PREDICT;

    private final PlainIntake intake;
    private final Exchanges exchanges;
    private final DefaultModel defaultModel;
    private final PlainIntake.Numbers numbers;

    PredictHandler(LoopParts loop) {
        this.intake = new PlainIntake(loop);
        this.exchanges = loop.exchanges();
        this.defaultModel = new DefaultModel(loop);
        PlainInputs.Form form = new PlainInputs.Form(
                Set.of("data"), false, loop.serving().parts().jsonOptions());
        this.numbers = new PlainIntake.Numbers(
                form,
                (body, by, buffers) -> new PlainInputs(body.requestBody(), form, by.description(), buffers).decode());
    }

    @Override
    public void handle(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        exchange.speaks(DIALECT);
        exchange.answersBy(new PredictWriter(exchange, wantsText(context.request())));
        try {
            PredictBody form = PredictBody.of(context.request());
            RequestedModel model = context.pathParam("model") == null
                    ? new RequestedModel(defaultModel.required(), null)
                    : Routes.model(context);
            intake.take(exchange, model, form, numbers);
        } catch (InferenceException refused) {
            intake.refuse(exchange, refused.error());
        }
    }

    /** Whether it asks for plain text, and not for JSON as well. */
    static boolean wantsText(HttpServerRequest request) {
        @Nullable String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null
                && accept.toLowerCase(Locale.ROOT).contains("text/plain")
                && !accept.toLowerCase(Locale.ROOT).contains("json");
    }
}
