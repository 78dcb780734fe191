package dev.sluice.gateway.front.sagemaker;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.DefaultModel;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Intake;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.PredictBody;
import dev.sluice.gateway.front.http.TransformCalls;
import dev.sluice.gateway.front.mlflow.FrameDecoder;
import dev.sluice.gateway.front.multimodel.ModelCalls;
import dev.sluice.gateway.front.tfs.PredictDecoder;
import dev.sluice.gateway.front.tfs.PredictWriter;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /invocations} and {@code POST /models/{model}/invoke}: what a body is its content type says, and of JSON
 * its members.
 *
 * @thread confined to one front loop; what is slow is done elsewhere
 * @bound those of {@link Intake} and {@link TransformCalls}
 * @errors those of both, and of whoever reads the body
 */
final class Invocations {

    /** What the platform, or the client, sends along and wants back. */
    private static final List<String> RETURNED =
            List.of("X-Amzn-SageMaker-Custom-Attributes", "X-Amzn-SageMaker-Inference-Id");

    private final LoopParts loop;
    private final Intake intake;
    private final TransformCalls transforms;
    private final DefaultModel model;

    Invocations(LoopParts loop) {
        this.loop = loop;
        this.intake = new Intake(loop);
        this.transforms = new TransformCalls(loop);
        this.model = new DefaultModel(loop);
    }

    void ofDefault(RoutingContext context) {
        Exchange exchange = loop.exchanges().of(context);
        exchange.speaks(SagemakerDialect.INFERENCE);
        try {
            String name = model.name()
                    .orElseThrow(() -> InferenceException.invalid(
                            "", "no model is named here, and there are several: set http.default_model"));
            take(exchange, new RequestedModel(name, null));
        } catch (InferenceException refused) {
            intake.refuse(exchange, refused.error());
        }
    }

    void of(RoutingContext context, String name) {
        Exchange exchange = loop.exchanges().of(context);
        exchange.speaks(SagemakerDialect.INFERENCE);
        RequestedModel requested = new RequestedModel(name, null);
        try {
            ModelCalls.requireKnown(requested, loop.serving().parts().models());
            take(exchange, requested);
        } catch (InferenceException refused) {
            intake.refuse(exchange, refused.error());
        }
    }

    private void take(Exchange exchange, RequestedModel requested) {
        HttpServerRequest request = exchange.request();
        for (String header : RETURNED) {
            String said = request.getHeader(header);
            if (said != null) {
                request.response().putHeader(header, said);
            }
        }
        intake.takeWhole(exchange, requested, new Taker(exchange, BodyType.of(request)));
    }

    /**
     * Has a body read as what it is when it has come, and it come only where there is a use for it.
     *
     * @thread confined to the front loop
     */
    private final class Taker implements Intake.BodyTaker {

        private final Exchange exchange;
        private final BodyType type;

        Taker(Exchange exchange, BodyType type) {
            this.exchange = exchange;
            this.type = type;
        }

        @Override
        public @Nullable InferenceError refusal(ModelEndpoint endpoint) {
            boolean isThing = type == BodyType.THING || type == BodyType.FORM;
            return isThing && !TransformCalls.isFor(endpoint)
                    ? noTransform(endpoint)
                    : TransformCalls.refusal(exchange, endpoint);
        }

        @Override
        public void take(HttpBytes body, RequestHead head, ModelEndpoint endpoint) {
            answer(exchange, type, body, head, endpoint);
        }
    }

    private static InferenceError noTransform(ModelEndpoint endpoint) {
        return new InferenceError.InvalidRequest(
                "body",
                "model " + endpoint.model()
                        + " takes JSON with dataframe_split, dataframe_records, instances or"
                        + " inputs, and CSV; for other things its model.yaml has no transform.input");
    }

    private void answer(Exchange exchange, BodyType type, HttpBytes body, RequestHead head, ModelEndpoint endpoint) {
        BodyType actual = TransformCalls.isForPlugin(endpoint) ? BodyType.THING : type.of(body);
        if (actual == BodyType.THING || actual == BodyType.FORM) {
            transform(exchange, actual, body, head, endpoint);
        } else {
            loop.serving()
                    .infer(exchange, head, endpoint, (by, buffers) -> decode(exchange, actual, body, by, buffers));
        }
    }

    private void transform(Exchange exchange, BodyType type, HttpBytes body, RequestHead head, ModelEndpoint endpoint) {
        try {
            if (!TransformCalls.isFor(endpoint)) {
                throw new InferenceException(noTransform(endpoint));
            }
            exchange.answersBy(TransformCalls.forPeople(exchange));
            PredictBody form =
                    type == BodyType.FORM ? PredictBody.of(exchange.request()) : PredictBody.ofAny(exchange.request());
            transforms.begin(new TransformCalls.Asked(exchange, head, endpoint), form, body);
        } catch (InferenceException refused) {
            loop.serving().refuse(exchange, endpoint.model(), refused.error());
        }
    }

    private static DecodedRequest decode(
            Exchange exchange, BodyType type, HttpBytes body, ModelEndpoint by, TensorBuffers buffers) {
        if (type == BodyType.TENSORS) {
            PredictDecoder decoder = new PredictDecoder(body, by.description().signature(), buffers);
            DecodedRequest decoded = decoder.decode();
            exchange.answersBy(decoder.isByRows() ? PredictWriter.PREDICTIONS : PredictWriter.COLUMNS);
            return decoded;
        }
        FrameDecoder decoder = new FrameDecoder(body, by.description(), buffers);
        DecodedRequest decoded =
                switch (type) {
                    case CSV -> decoder.decodeCsv(false);
                    case CSV_WITH_HEADER -> decoder.decodeCsv(true);
                    case FRAME, TENSORS, OPEN, FORM, THING -> decoder.decode();
                };
        exchange.answersBy(decoder.writer());
        return decoded;
    }
}
