package dev.sluice.gateway.front.tfs;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.Intake;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.Signature;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One request below {@code /v1}: the path says what it is.
 *
 * @thread confined to one front loop
 * @errors in the words of {@link TfsDialect}; 400 for a path or method that there is not
 */
final class TfsHandler implements Handler<RoutingContext> {

    private static final int BAD_REQUEST = 400;

    private final LoopParts loop;
    private final Intake intake;
    private final TfsModels told;

    TfsHandler(LoopParts loop) {
        this.loop = loop;
        this.intake = new Intake(loop);
        this.told = new TfsModels(loop.serving().parts().models());
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        String path = String.valueOf(request.path());
        boolean asks =
                request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
        Optional<TfsPath> found = asks
                ? TfsPath.question(path)
                : request.method().equals(HttpMethod.POST) ? TfsPath.call(path) : Optional.empty();
        @Nullable
        String problem = found.map(TfsHandler::problem)
                .orElse("Malformed request: " + request.method() + " " + InferenceException.shortened(path));
        if (!problem.isEmpty()) {
            loop.exchanges().refuse(context, loop.bodies(), BAD_REQUEST, problem);
        } else if (asks) {
            tell(loop.exchanges().of(context), found.orElseThrow());
        } else {
            call(loop.exchanges().of(context), found.orElseThrow());
        }
    }

    /** What is wrong with a path that is one, or nothing. */
    private static String problem(TfsPath path) {
        if (path.name() == null) {
            return "Missing model name in request.";
        }
        return path.hasNumber()
                ? ""
                : "Failed to convert version: " + InferenceException.shortened(String.valueOf(path.version()))
                        + " to numeric.";
    }

    private void tell(Exchange exchange, TfsPath path) {
        exchange.speaks(new TfsDialect(path));
        try {
            RequestedModel model = requested(path);
            exchange.json(path.verb().isEmpty() ? told.status(model) : told.metadata(model));
        } catch (InferenceException refused) {
            exchange.refuse(refused.error());
        }
    }

    private void call(Exchange exchange, TfsPath path) {
        exchange.speaks(new TfsDialect(path));
        RequestedModel model;
        try {
            model = requested(path);
        } catch (InferenceException refused) {
            intake.refuse(exchange, refused.error());
            return;
        }
        intake.take(
                exchange,
                model,
                switch (path.verb()) {
                    case "classify" ->
                        (body, by, buffers) -> examples(exchange, ResultsWriter.CLASSIFY, body, by, buffers);
                    case "regress" ->
                        (body, by, buffers) -> examples(exchange, ResultsWriter.REGRESS, body, by, buffers);
                    default -> (body, by, buffers) -> predict(exchange, body, by, buffers);
                });
    }

    private RequestedModel requested(TfsPath path) {
        return told.requested(path.model(), path.version(), path.label());
    }

    private static DecodedRequest predict(Exchange exchange, HttpBytes body, ModelEndpoint by, TensorBuffers buffers) {
        Signature signature = by.description().signature();
        PredictDecoder decoder = new PredictDecoder(body, signature, buffers);
        DecodedRequest decoded = decode(decoder, signature, buffers);
        exchange.answersBy(decoder.isByRows() ? PredictWriter.ROWS : PredictWriter.COLUMNS);
        return decoded;
    }

    /** Who wants outputs row by row that cannot have rows need not wait for them. */
    static DecodedRequest decode(PredictDecoder decoder, Signature signature, TensorBuffers buffers) {
        DecodedRequest decoded = decoder.decode();
        @Nullable String misfit = decoder.isByRows() ? PredictWriter.declaredMisfit(signature) : null;
        if (misfit != null) {
            decoded.inputs().forEach(input -> buffers.giveBack(input.data()));
            throw Refusals.invalid(misfit);
        }
        return decoded;
    }

    private static DecodedRequest examples(
            Exchange exchange, ResultsWriter writer, HttpBytes body, ModelEndpoint by, TensorBuffers buffers) {
        exchange.answersBy(writer);
        return new ExamplesDecoder(body, by.description().signature(), buffers, writer).decode();
    }
}
