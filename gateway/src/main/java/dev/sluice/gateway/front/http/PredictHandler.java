package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.Protocol;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /predict} and {@code POST /models/{model}[/versions/{version}]/predict}: what the model's
 * {@code transform} speaks of in, an answer for people out.
 *
 * @thread confined to one front loop; what is slow is done elsewhere
 * @bound those of {@link Intake} and {@link TransformCalls}
 * @errors InvalidRequest where no model is named and there are several, UnsupportedMediaType, and those of both
 */
final class PredictHandler implements Handler<RoutingContext> {

    private static final Dialect DIALECT = () -> Protocol.PREDICT;

    private final Intake intake;
    private final Exchanges exchanges;
    private final TransformCalls transforms;
    private final DefaultModel defaultModel;

    PredictHandler(LoopParts loop) {
        this.intake = new Intake(loop);
        this.exchanges = loop.exchanges();
        this.transforms = new TransformCalls(loop);
        this.defaultModel = new DefaultModel(loop);
    }

    @Override
    public void handle(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        exchange.speaks(DIALECT);
        exchange.answersBy(new PredictWriter(exchange, wantsText(context.request())));
        try {
            PredictBody form = PredictBody.of(context.request());
            RequestedModel model = context.pathParam("model") == null
                    ? new RequestedModel(modelByDefault(), null)
                    : Routes.model(context);
            intake.takeWhole(exchange, model, new Taker(exchange, form));
        } catch (InferenceException refused) {
            intake.refuse(exchange, refused.error());
        }
    }

    /** Whether it asks for plain text, and not for JSON as well. */
    private static boolean wantsText(HttpServerRequest request) {
        @Nullable String accept = request.getHeader(HttpHeaders.ACCEPT);
        return accept != null
                && accept.toLowerCase(Locale.ROOT).contains("text/plain")
                && !accept.toLowerCase(Locale.ROOT).contains("json");
    }

    private String modelByDefault() {
        return defaultModel
                .name()
                .orElseThrow(() -> InferenceException.invalid(
                        "model",
                        "none is named, and there are several: POST /models/{model}/predict with one of "
                                + defaultModel.names() + ", or set http.default_model"));
    }

    /**
     * Has a body made tensors when it has come, and it come only where there is a use for it.
     *
     * @thread confined to the front loop
     */
    private final class Taker implements Intake.BodyTaker {

        private final Exchange exchange;
        private final PredictBody form;

        Taker(Exchange exchange, PredictBody form) {
            this.exchange = exchange;
            this.form = form;
        }

        @Override
        public @Nullable InferenceError refusal(ModelEndpoint endpoint) {
            if (TransformCalls.isFor(endpoint)) {
                return null;
            }
            return new InferenceError.InvalidRequest(
                    "body",
                    "model " + endpoint.model()
                            + " takes no pictures, for its model.yaml has no transform.input; POST its"
                            + " tensors to /v2/models/" + endpoint.model().name() + "/infer");
        }

        @Override
        public void take(HttpBytes body, RequestHead head, ModelEndpoint endpoint) {
            transforms.begin(new TransformCalls.Asked(exchange, head, endpoint), form, body);
        }
    }
}
