package dev.sluice.gateway.front.multimodel;

import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.HttpBytes;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.PlainIntake;
import dev.sluice.gateway.front.http.PredictBody;
import dev.sluice.gateway.front.tfs.PredictDecoder;
import dev.sluice.gateway.front.tfs.PredictWriter;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.JsonOptions;
import dev.sluice.gateway.front.v2.PlainInputs;
import dev.sluice.worker.contract.InferenceException;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Has predictions made of what clients of TorchServe and its relatives send: a thing that the model's transform knows,
 * or numbers; and answered as their handlers do.
 *
 * @thread confined to one front loop
 * @errors those of {@link PlainIntake}
 * @source pytorch/serve, ts/torch_handler: base_handler.py, vision_handler.py, request_envelope/json.py
 */
public final class PlainAnswers {

    private static final String DATA = "data";
    private static final String BODY = "body";
    private static final String INPUTS = "inputs";

    /** Rows, which are those of TensorFlow Serving, and are answered so. */
    private static final String INSTANCES = "instances";

    /** What KServe's envelope calls a row. */
    private static final Set<String> ENVELOPED = Set.of(DATA, BODY);

    private static final PlainInputs.Form FORM =
            new PlainInputs.Form(Set.of(DATA, BODY, INPUTS, INSTANCES), true, new JsonOptions(true));

    private final PlainIntake intake;
    private final BareWriter.Words words;

    /** @param words of the protocol */
    public PlainAnswers(LoopParts loop, BareWriter.Words words) {
        this.intake = new PlainIntake(loop);
        this.words = words;
    }

    /**
     * Has a request answered, or refused.
     *
     * @throws InferenceException UnsupportedMediaType; then nothing has been done
     */
    public void take(Exchange exchange, RequestedModel model) {
        intake.take(exchange, model, begun(exchange), numbers(exchange));
    }

    /**
     * The same of a request whose head names no model, where a form may.
     *
     * @param part the one that would
     * @param model who answers then; null where no part says it. Throws InferenceException for what is wrong with it
     */
    public void takeNamed(Exchange exchange, String part, Function<@Nullable String, RequestedModel> model) {
        PredictBody body = begun(exchange);
        if (body.kind() == PredictBody.Kind.FORM) {
            intake.takeNamed(exchange, body, numbers(exchange), whole -> model.apply(body.said(whole, part)));
        } else {
            intake.take(exchange, model.apply(null), body, numbers(exchange));
        }
    }

    private PredictBody begun(Exchange exchange) {
        exchange.answersBy(new BareWriter(exchange, words, true));
        return PredictBody.of(exchange.request(), DATA, BODY, INPUTS);
    }

    private PlainIntake.Numbers numbers(Exchange exchange) {
        return new PlainIntake.Numbers(FORM, (numbers, by, buffers) -> decode(exchange, numbers, by, buffers));
    }

    private DecodedRequest decode(Exchange exchange, HttpBytes body, ModelEndpoint by, TensorBuffers buffers) {
        if (FORM.beginsWith(INSTANCES, body.requestBody())) {
            exchange.answersBy(PredictWriter.PREDICTIONS);
            return new PredictDecoder(body, by.description().signature(), buffers, ENVELOPED).decode();
        }
        PlainInputs inputs = new PlainInputs(body.requestBody(), FORM, by.description(), buffers);
        DecodedRequest decoded = inputs.decode();
        exchange.answersBy(new BareWriter(exchange, words, inputs.isOneRow()));
        return decoded;
    }
}
