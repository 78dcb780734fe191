package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.http.DefaultModel;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.multimodel.ModelCalls;
import dev.sluice.gateway.front.multimodel.PlainAnswers;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/**
 * One request for a prediction: the path, a parameter, a header or a part of a form says of whom, the body holds a
 * thing or numbers.
 *
 * @thread confined to one front loop
 * @errors in the words of {@link DjlDialect}; 501 where the answer is to be fetched later
 */
final class DjlCall implements ModelCalls.Call<DjlPath> {

    private static final String MODEL_NAME = "model_name";
    private static final String ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes";
    private static final String SYNCHRONOUS = "x-synchronous";
    private static final String LATER = "x-starting-token";

    private final ModelDirectory models;
    private final PlainAnswers answers;
    private final DefaultModel defaultModel;

    DjlCall(LoopParts loop) {
        this.models = loop.serving().parts().models();
        this.answers = new PlainAnswers(loop, new DjlWords());
        this.defaultModel = new DefaultModel(loop);
    }

    @Override
    public void take(Exchange exchange, DjlPath path) {
        HttpServerRequest request = exchange.request();
        boolean inPath = path.model() != null;
        @Nullable String name = inPath ? path.model() : said(request, MODEL_NAME);
        @Nullable String version = inPath ? path.version() : said(request, "model_version");
        if (name == null || name.isEmpty()) {
            answers.takeNamed(exchange, MODEL_NAME, part -> model(exchange, part, version));
        } else {
            answers.take(exchange, model(exchange, name, version));
        }
    }

    private RequestedModel model(Exchange exchange, @Nullable String name, @Nullable String version) {
        RequestedModel model = ModelCalls.model(name, version, defaultModel);
        exchange.speaks(new DjlDialect(model.name(), DjlDialect.Asked.PREDICTION));
        ModelCalls.requireKnown(model, models);
        HttpServerRequest request = exchange.request();
        if ("false".equalsIgnoreCase(property(request, SYNCHRONOUS)) || property(request, LATER) != null) {
            throw new InferenceException(new InferenceError.Unimplemented("Answers are not kept to be fetched later: "
                    + SYNCHRONOUS + ": false and " + LATER + " are not known here"));
        }
        return model;
    }

    private static @Nullable String said(HttpServerRequest request, String name) {
        @Nullable String parameter = Queries.first(request, name);
        return parameter == null || parameter.isEmpty() ? property(request, name) : parameter;
    }

    /** A header, or an attribute of SageMaker's clients, which is as good there: {@code name=value;name=value}. */
    private static @Nullable String property(HttpServerRequest request, String name) {
        @Nullable String header = request.getHeader(name);
        @Nullable String attributes = request.getHeader(ATTRIBUTES);
        if (header != null || attributes == null) {
            return header;
        }
        for (String attribute : attributes.split(";", -1)) {
            String[] said = attribute.split("=", 2);
            if (said.length == 2 && said[0].strip().equalsIgnoreCase(name)) {
                return said[1].strip();
            }
        }
        return null;
    }
}
