package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.v2.PlainInputs;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes in what people send, whatever protocol it comes by: numbers, or the thing that the model's {@code transform}
 * makes tensors of. Which of both a body holds is seen by how it begins.
 *
 * @thread confined to one front loop
 * @bound those of {@link Intake} and {@link TransformCalls}
 * @errors those of both
 */
public final class PlainIntake {

    private final Serving serving;
    private final Intake intake;
    private final TransformCalls transforms;

    public PlainIntake(LoopParts loop) {
        this.serving = loop.serving();
        this.intake = new Intake(loop);
        this.transforms = new TransformCalls(loop);
    }

    /**
     * How clients of a protocol send numbers.
     *
     * @param form where they stand
     * @param codec reads them, and has said who writes the answer
     */
    public record Numbers(PlainInputs.Form form, Intake.BodyCodec codec) {}

    /** Has such a request answered, or refused; who writes the answer to a thing has been said. */
    public void take(Exchange exchange, RequestedModel model, PredictBody body, Numbers numbers) {
        intake.takeWhole(exchange, model, new Taker(exchange, body, numbers));
    }

    /**
     * The same where a part of the form may say of which model it is asked, so that all of it must come first.
     *
     * @param naming throws InferenceException for what is wrong with it
     */
    public void takeNamed(
            Exchange exchange, PredictBody body, Numbers numbers, Function<HttpBytes, RequestedModel> naming) {
        intake.takeNamed(exchange, whole -> new Intake.Named(naming.apply(whole), new Taker(exchange, body, numbers)));
    }

    /** Ends such a request for something in its head. */
    public void refuse(Exchange exchange, InferenceError error) {
        intake.refuse(exchange, error);
    }

    /**
     * Has a body made tensors when it has come, and it come only where there is a use for it.
     *
     * @thread confined to the front loop
     */
    private final class Taker implements Intake.BodyTaker {

        private final Exchange exchange;
        private final PredictBody form;
        private final Numbers numbers;

        Taker(Exchange exchange, PredictBody form, Numbers numbers) {
            this.exchange = exchange;
            this.form = form;
            this.numbers = numbers;
        }

        @Override
        public @Nullable InferenceError refusal(ModelEndpoint endpoint) {
            return form.mayBeNumbers() || TransformCalls.isFor(endpoint)
                    ? TransformCalls.refusal(exchange, endpoint)
                    : noTransform(endpoint);
        }

        private static InferenceError noTransform(ModelEndpoint endpoint) {
            return new InferenceError.InvalidRequest(
                    "body",
                    "model " + endpoint.model()
                            + " takes numbers alone, for its model.yaml has no transform.input; send them as JSON, or"
                            + " as tensors to /v2/models/" + endpoint.model().name() + "/infer on http.port");
        }

        @Override
        public void take(HttpBytes body, RequestHead head, ModelEndpoint endpoint) {
            boolean things = TransformCalls.isFor(endpoint);
            boolean open =
                    form.isSeenByItsBeginning(endpoint.description().transform().input());
            if (things && !(open && numbers.form.fits(body.requestBody()))) {
                transforms.begin(new TransformCalls.Asked(exchange, head, endpoint), form, body);
            } else {
                serving.infer(
                        exchange,
                        head,
                        endpoint,
                        (by, buffers) -> numbers.codec.decode(numbersIn(body, by), by, buffers));
            }
        }

        private HttpBytes numbersIn(HttpBytes body, ModelEndpoint endpoint) {
            HttpBytes part = form.kind() == PredictBody.Kind.FORM ? form.part(body) : body;
            if (part.length() > 0 && !PredictBody.beginsAsJson(part)) {
                throw new InferenceException(noTransform(endpoint));
            }
            return part;
        }
    }
}
