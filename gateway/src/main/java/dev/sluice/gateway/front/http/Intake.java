package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.SizeLimit;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelId;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes in inference requests that are one body each, whatever protocol the body is written in: by what their heads say
 * first, and only then are they read.
 *
 * @thread confined to one front loop
 * @bound {@code http.max_body_size} for each request that is being read
 * @errors every {@link InferenceError}, as {@link StatusMapping} or the exchange's {@link Dialect} says
 */
public final class Intake {

    /** It waited so long to be read that its client has given it up. */
    private static final InferenceError LATE = new InferenceError.DeadlineExceeded("socket");

    private final Serving serving;
    private final SizeLimit bodyLimit;
    private final Bodies bodies;

    public Intake(LoopParts loop) {
        this.serving = loop.serving();
        this.bodyLimit = new SizeLimit(loop.options().maxBodySize(), "http.max_body_size");
        this.bodies = loop.bodies();
    }

    /**
     * Reads a body as a request to that model.
     *
     * @thread called at once, on the front loop
     */
    @FunctionalInterface
    public interface BodyCodec {

        /** As {@link Serving.RequestCodec#decode}. */
        DecodedRequest decode(HttpBytes body, ModelEndpoint endpoint, TensorBuffers buffers);
    }

    /**
     * Goes on with a body that has come whole, and has the request answered or refused.
     *
     * @thread called at once, on the front loop
     */
    @FunctionalInterface
    public interface BodyTaker {

        /** Why a body for that model need not come at all; null where it may. */
        default @Nullable InferenceError refusal(ModelEndpoint endpoint) {
            return null;
        }

        void take(HttpBytes body, RequestHead head, ModelEndpoint endpoint);
    }

    /** Has that request answered, or refused. */
    public void take(Exchange exchange, RequestedModel model, BodyCodec codec) {
        takeWhole(
                exchange,
                model,
                (body, head, endpoint) ->
                        serving.infer(exchange, head, endpoint, (by, buffers) -> codec.decode(body, by, buffers)));
    }

    /** The same for who has more to do with its body than one turn of the loop allows. */
    public void takeWhole(Exchange exchange, RequestedModel model, BodyTaker taker) {
        HttpServerRequest request = exchange.request();
        FrontConnection.infers(request);
        try {
            ModelEndpoint endpoint = serving.endpoint(exchange, model);
            exchange.showStanding();
            @Nullable InferenceError refusal = serving.entry(exchange, endpoint.model());
            if (refusal == null) {
                refusal = taker.refusal(endpoint);
            }
            if (refusal == null) {
                readIfThereIsRoom(exchange, endpoint, taker);
            } else {
                discard(exchange, endpoint.model(), refusal);
            }
        } catch (InferenceException refused) {
            discard(exchange, Serving.modelOf(refused.error()), refused.error());
        }
    }

    /**
     * What a body says of who is to take it.
     *
     * @thread confined to one front loop
     */
    public record Named(RequestedModel model, BodyTaker taker) {}

    /**
     * The same where the body names the model, so that it must come before anybody can be asked.
     *
     * @param naming reads it; throws InferenceException for what is wrong with it
     */
    public void takeNamed(Exchange exchange, Function<HttpBytes, Named> naming) {
        FrontConnection.infers(exchange.request());
        BodyReader.read(
                exchange.request(),
                bodyLimit,
                bodies,
                body -> take(exchange, body, naming),
                error -> serving.refuse(exchange, null, error));
    }

    private void take(Exchange exchange, HttpBytes body, Function<HttpBytes, Named> naming) {
        try {
            Named named = naming.apply(body);
            ModelEndpoint endpoint = serving.endpoint(exchange, named.model);
            exchange.showStanding();
            RequestHead head = RequestHeads.of(exchange.request(), endpoint.model(), exchange.client());
            @Nullable InferenceError refusal = serving.entry(exchange, endpoint.model());
            if (refusal == null) {
                refusal = named.taker.refusal(endpoint);
            }
            if (refusal == null) {
                refusal = exchange.isLate(head) ? LATE : serving.room(head);
            }
            if (refusal == null) {
                goOn(new Begun(exchange, head, endpoint), named.taker, body);
            } else {
                serving.refuse(exchange, endpoint.model(), refusal);
            }
        } catch (InferenceException refused) {
            serving.refuse(exchange, Serving.modelOf(refused.error()), refused.error());
        } catch (RuntimeException | OutOfMemoryError failure) {
            serving.refuse(exchange, null, Serving.failed(exchange, failure));
        }
    }

    /** A request whose head is known. */
    private record Begun(Exchange exchange, RequestHead head, ModelEndpoint endpoint) {}

    /** What escapes here would only be logged: nobody would answer, nor give back what the request holds. */
    private void goOn(Begun begun, BodyTaker taker, HttpBytes body) {
        try {
            taker.take(body, begun.head, begun.endpoint);
        } catch (InferenceException refused) {
            serving.refuse(begun.exchange, begun.endpoint.model(), refused.error());
        } catch (RuntimeException | OutOfMemoryError failure) {
            serving.refuse(begun.exchange, begun.endpoint.model(), Serving.failed(begun.exchange, failure));
        }
    }

    /** Ends an inference request for something in its head, before anybody is asked for its model. */
    public void refuse(Exchange exchange, InferenceError error) {
        FrontConnection.infers(exchange.request());
        discard(exchange, Serving.modelOf(error), error);
    }

    private void readIfThereIsRoom(Exchange exchange, ModelEndpoint endpoint, BodyTaker taker) {
        RequestHead head = RequestHeads.of(exchange.request(), endpoint.model(), exchange.client());
        @Nullable InferenceError noRoom = exchange.isLate(head) ? LATE : serving.room(head);
        if (noRoom == null) {
            read(exchange, head, endpoint, taker);
        } else {
            discard(exchange, endpoint.model(), noRoom);
        }
    }

    private void read(Exchange exchange, RequestHead head, ModelEndpoint endpoint, BodyTaker taker) {
        BodyReader.read(
                exchange.request(),
                bodyLimit,
                bodies,
                body -> goOn(new Begun(exchange, head, endpoint), taker, body),
                error -> serving.refuse(exchange, endpoint.model(), error));
    }

    private void discard(Exchange exchange, @Nullable ModelId model, InferenceError error) {
        BodyReader.discard(exchange.request(), bodies);
        serving.refuse(exchange, model, error);
    }
}
