package dev.sluice.gateway.front.openai;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Intake;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.TransformCalls;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.worker.contract.EmbeddingOutput;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Shape;
import dev.sluice.worker.contract.TextInput;
import dev.sluice.worker.contract.Transform;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers what clients of OpenAI ask.
 *
 * @thread confined to one front loop; texts become tokens elsewhere
 * @errors in the words of {@link OpenAiDialect}
 */
final class OpenAiHandler {

    private final LoopParts loop;
    private final FrontParts parts;
    private final Intake intake;
    private final TransformCalls transforms;

    OpenAiHandler(LoopParts loop) {
        this.loop = loop;
        this.parts = loop.serving().parts();
        this.intake = new Intake(loop);
        this.transforms = new TransformCalls(loop);
    }

    /** Vectors of texts. */
    void embed(RoutingContext context) {
        Exchange exchange = begun(context);
        intake.takeNamed(exchange, body -> named(exchange, body));
    }

    private Exchange begun(RoutingContext context) {
        Exchange exchange = loop.exchanges().of(context);
        exchange.speaks(OpenAiDialect.WORDS);
        return exchange;
    }

    private Intake.Named named(Exchange exchange, HttpBytes body) {
        EmbeddingsRequest asked = EmbeddingsRequest.read(body);
        exchange.answersBy(new EmbeddingsWriter(exchange, asked));
        return new Intake.Named(new RequestedModel(asked.model(), null), new Taker(exchange, asked));
    }

    /** All models, whatever they give. */
    void listModels(RoutingContext context) {
        JsonOutput out = new JsonOutput(256).raw("{\"object\":\"list\",\"data\":[");
        List<String> names = names();
        for (int place = 0; place < names.size(); place++) {
            write(names.get(place), out.raw(place == 0 ? "" : ","));
        }
        begun(context).json(out.raw("]}"));
    }

    /** One of them. */
    void showModel(RoutingContext context) {
        String name = String.valueOf(context.pathParam("model"));
        if (names().contains(name)) {
            begun(context).json(write(name, new JsonOutput(128)));
        } else {
            begun(context)
                    .refuse(new InferenceError.UnknownModel(
                            "The model " + InferenceException.quoted(name) + " does not exist"));
        }
    }

    private List<String> names() {
        return parts.models().all().stream()
                .map(report -> report.model().name())
                .distinct()
                .toList();
    }

    /** Nobody notes when a model was made. */
    private static JsonOutput write(String name, JsonOutput out) {
        out.raw("{\"id\":").string(name);
        return out.raw(",\"object\":\"model\",\"created\":0,\"owned_by\":\"sluice\"}");
    }

    /**
     * Has the texts of a body answered.
     *
     * @thread confined to the front loop
     */
    private final class Taker implements Intake.BodyTaker {

        private final Exchange exchange;
        private final EmbeddingsRequest asked;

        Taker(Exchange exchange, EmbeddingsRequest asked) {
            this.exchange = exchange;
            this.asked = asked;
        }

        @Override
        public @Nullable InferenceError refusal(ModelEndpoint endpoint) {
            Transform transform = endpoint.description().transform();
            if (!(transform.input() instanceof TextInput) || !(transform.output() instanceof EmbeddingOutput how)) {
                return new InferenceError.InvalidRequest(
                        "model",
                        endpoint.model() + " gives no embeddings: its model.yaml has no transform.input.kind: text with"
                                + " transform.output.kind: embedding");
            }
            if (asked.dimensions() == 0) {
                return null;
            }
            return how.shortened()
                    ? impossible(endpoint, how)
                    : new InferenceError.InvalidRequest(
                            "dimensions",
                            endpoint.model() + " does not support specifying dimensions"
                                    + " (transform.output.shorten)");
        }

        /** What is wrong with so many elements, where the model says how many its vectors have; null if nothing is. */
        private @Nullable InferenceError impossible(ModelEndpoint endpoint, EmbeddingOutput how) {
            long most = endpoint.description().signature().outputs().stream()
                    .filter(output -> output.name().equals(how.output()))
                    .mapToLong(output -> output.shape().dimension(output.shape().rank() - 1))
                    .filter(elements -> elements != Shape.VARIABLE)
                    .findFirst()
                    .orElse(Integer.MAX_VALUE);
            return asked.dimensions() > 0 && asked.dimensions() <= most
                    ? null
                    : new InferenceError.InvalidRequest(
                            "dimensions",
                            most == Integer.MAX_VALUE
                                    ? "must be at least 1"
                                    : "must be from 1 to " + most + ", the elements of a vector");
        }

        @Override
        public void take(HttpBytes body, RequestHead head, ModelEndpoint endpoint) {
            if (endpoint.description().transform().input() instanceof TextInput to) {
                TransformCalls.Asked call = new TransformCalls.Asked(exchange, head, endpoint);
                transforms.begin(call, to, () -> asked.rows(to), body.length());
            }
        }
    }
}
