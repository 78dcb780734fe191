package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.ServerState;
import dev.sluice.gateway.front.http.DefaultModel;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.multimodel.ModelCalls;
import dev.sluice.gateway.front.multimodel.PlainAnswers;
import dev.sluice.gateway.front.multimodel.RegisteredModels;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * One request for a prediction: the path, a parameter or a part of a form says of whom, the body holds a thing or
 * numbers.
 *
 * @thread confined to one front loop
 * @errors in the words of {@link TorchServeDialect}; 501 for explanations
 */
final class TorchServeCall implements ModelCalls.Call<TorchServePath> {

    private static final String MODEL_NAME = "model_name";

    private final FrontParts parts;
    private final PlainAnswers answers;
    private final DefaultModel defaultModel;

    TorchServeCall(LoopParts loop) {
        this.parts = loop.serving().parts();
        this.answers = new PlainAnswers(loop, new TorchServeWords());
        this.defaultModel = new DefaultModel(loop);
    }

    @Override
    public void take(Exchange exchange, TorchServePath path) {
        @Nullable String name = path.model() == null ? Queries.first(exchange.request(), MODEL_NAME) : path.model();
        if (name == null || name.isEmpty()) {
            answers.takeNamed(exchange, MODEL_NAME, part -> model(exchange, part, path));
        } else {
            answers.take(exchange, model(exchange, name, path));
        }
    }

    private RequestedModel model(Exchange exchange, @Nullable String name, TorchServePath path) {
        RequestedModel model = ModelCalls.model(name, path.version(), defaultModel);
        boolean known = new RegisteredModels(parts.models()).has(model.name());
        exchange.speaks(new TorchServeDialect(model.name(), known ? model.version() : null, true));
        ModelCalls.requireKnown(model, parts.models());
        if (path.explains()) {
            ServerState.answering(parts, model);
            throw new InferenceException(
                    new InferenceError.Unimplemented("Predictions are not explained here, nor by any other path"));
        }
        return model;
    }
}
