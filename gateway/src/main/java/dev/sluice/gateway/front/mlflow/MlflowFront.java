package dev.sluice.gateway.front.mlflow;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.ServerState;
import dev.sluice.gateway.front.http.DefaultModel;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Intake;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.PredictBody;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileDocument;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.http.TransformCalls;
import dev.sluice.gateway.front.tfs.PredictWriter;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * MLflow's scoring server: whether there is a model, and predictions by it.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @errors in the words of {@link MlflowDialect}
 * @source mlflow, pyfunc scoring_server
 */
public final class MlflowFront implements ProfileFront {

    private static final ProfileDocument DOCUMENT = ProfileDocument.read(Profile.MLFLOW);

    @Override
    public void addTo(RouteTable table, LoopParts loop) {
        DOCUMENT.addTo(table, loop.exchanges());
        Routes routes = new Routes(loop);
        table.get("/ping", routes::ping);
        table.get("/health", routes::ping);
        table.get("/version", routes::version);
        table.post("/invocations", routes::invoke);
    }

    @Override
    public Dialect dialect() {
        return MlflowDialect.INSTANCE;
    }

    /**
     * Its paths, on one front loop.
     *
     * @thread confined to it
     */
    private static final class Routes {

        private final LoopParts loop;
        private final FrontParts parts;
        private final Intake intake;
        private final TransformCalls transforms;
        private final DefaultModel model;

        Routes(LoopParts loop) {
            this.loop = loop;
            this.parts = loop.serving().parts();
            this.intake = new Intake(loop);
            this.transforms = new TransformCalls(loop);
            this.model = new DefaultModel(loop);
        }

        /** That server opens its port when its model is there; here, one that is still to come is told of. */
        void ping(RoutingContext context) {
            Exchange exchange = speaking(context);
            try {
                ServerState.answering(parts, requested());
                exchange.json(new JsonOutput(1).raw('\n'));
            } catch (InferenceException refused) {
                exchange.refuse(refused.error());
            }
        }

        /** Ours: who asks wants to know what answers. */
        void version(RoutingContext context) {
            speaking(context).json(new JsonOutput(16).raw(parts.version()));
        }

        void invoke(RoutingContext context) {
            Exchange exchange = speaking(context);
            try {
                FrameType type = FrameType.of(context.request().getHeader(HttpHeaders.CONTENT_TYPE));
                intake.takeWhole(
                        exchange, requested(), (body, head, endpoint) -> take(exchange, type, body, head, endpoint));
            } catch (InferenceException refused) {
                intake.refuse(exchange, refused.error());
            }
        }

        private void take(Exchange exchange, FrameType type, HttpBytes body, RequestHead head, ModelEndpoint endpoint) {
            if (TransformCalls.isForPlugin(endpoint)) {
                exchange.answersBy(PredictWriter.PREDICTIONS);
                PredictBody all = new PredictBody(PredictBody.Kind.EITHER, "", List.of());
                transforms.begin(new TransformCalls.Asked(exchange, head, endpoint), all, body);
            } else {
                loop.serving()
                        .infer(
                                exchange,
                                head,
                                endpoint,
                                (by, buffers) ->
                                        decode(exchange, type, new FrameDecoder(body, by.description(), buffers)));
            }
        }

        private Exchange speaking(RoutingContext context) {
            Exchange exchange = loop.exchanges().of(context);
            exchange.speaks(MlflowDialect.INSTANCE);
            return exchange;
        }

        private RequestedModel requested() {
            return new RequestedModel(
                    model.name()
                            .orElseThrow(() -> new InferenceException(new InferenceError.UnknownModel(
                                    "no model is named here, and there are several: set http.default_model"))),
                    null);
        }

        private static DecodedRequest decode(Exchange exchange, FrameType type, FrameDecoder decoder) {
            try {
                DecodedRequest decoded =
                        switch (type) {
                            case JSON -> decoder.decode();
                            case CSV -> decoder.decodeCsv(true);
                        };
                exchange.answersBy(decoder.writer());
                return decoded;
            } catch (InferenceException wrong) {
                exchange.speaks(decoder.isSignaturesFault() ? MlflowDialect.SIGNATURE : MlflowDialect.INSTANCE);
                throw wrong;
            }
        }
    }
}
