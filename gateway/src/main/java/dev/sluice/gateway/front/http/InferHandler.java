package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.Admission;
import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.admit.RequestHead;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.RequestListener;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.v2.AnswerForm;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.InferRequestDecoder;
import dev.sluice.gateway.front.v2.InferResponseEncoder;
import dev.sluice.gateway.pipeline.InferencePipeline;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v2/models/{model}[/versions/{version}]/infer}: body in, tensors, pipeline, answer out.
 *
 * @thread confined to one front loop
 * @bound {@code http.max_body_size} for each request that is being read
 * @errors every {@link InferenceError}, as {@link StatusMapping} says
 * @owns the memory of a request's inputs, given back when the outcome shows that nobody reads it any more
 */
final class InferHandler implements Handler<RoutingContext> {

    private static final Logger LOG = LoggerFactory.getLogger(InferHandler.class);

    private static final InferenceError UNTAKEN = new InferenceError.Overloaded(
            "this connection has too many answers that its client has not taken", InferenceError.RETRY_SOON_MILLIS);

    private final InferencePipeline pipeline;
    private final HttpParts parts;
    private final long maxBodyBytes;
    private final Exchanges exchanges;
    private final Bodies bodies;
    private final TensorBuffers buffers = new TensorBuffers();

    InferHandler(InferencePipeline pipeline, HttpParts parts, HttpOptions options, Exchanges exchanges, Bodies bodies) {
        this.pipeline = pipeline;
        this.parts = parts;
        this.bodies = bodies;
        this.maxBodyBytes = options.maxBodySize();
        this.exchanges = exchanges;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Exchange exchange = exchanges.of(context);
        try {
            MediaTypes.requireReadable(request);
            ModelEndpoint asked = RequestedModel.of(context).in(parts.models());
            ModelEndpoint endpoint =
                    parts.models().circuits().answering(asked, parts.ticker().nanos());
            if (!endpoint.equals(asked)) {
                exchange.fallback(endpoint.model());
            }
            switch (exchange.enter(endpoint.model().name())) {
                case Admission.Admitted in -> readIfThereIsRoom(exchange, request, endpoint);
                case Admission.Refused(InferenceError why) -> discard(exchange, request, endpoint.model(), why);
            }
        } catch (InferenceException refused) {
            discard(exchange, request, modelOf(refused.error()), refused.error());
        }
    }

    /** Whether the others name one that is known is not sure. */
    private static @Nullable ModelId modelOf(InferenceError error) {
        return error instanceof InferenceError.CircuitOpen open ? open.model() : null;
    }

    private void readIfThereIsRoom(Exchange exchange, HttpServerRequest request, ModelEndpoint endpoint) {
        RequestHead head = RequestHeads.of(request, endpoint.model(), exchange.client());
        @Nullable InferenceError noRoom = parts.admission().refusal(head);
        if (noRoom == null) {
            read(exchange, request, head, endpoint);
        } else {
            discard(exchange, request, endpoint.model(), noRoom);
        }
    }

    private void read(Exchange exchange, HttpServerRequest request, RequestHead head, ModelEndpoint endpoint) {
        BodyReader.read(
                request,
                maxBodyBytes,
                bodies,
                body -> infer(exchange, head, endpoint, body),
                error -> refuse(exchange, endpoint.model(), error));
    }

    private void discard(Exchange exchange, HttpServerRequest request, @Nullable ModelId model, InferenceError error) {
        BodyReader.discard(request, maxBodyBytes, bodies);
        refuse(exchange, model, error);
    }

    private void infer(Exchange exchange, RequestHead head, ModelEndpoint endpoint, HttpBytes body) {
        try {
            DecodedRequest decoded = new InferRequestDecoder(
                            body.requestBody(exchange.jsonLength()),
                            endpoint.description().signature(),
                            buffers,
                            parts.jsonOptions())
                    .decode();
            InferenceRequest request = request(exchange, head, decoded);
            parts.admission().compare(head, request);
            infer(new Answering(exchange, endpoint, request, decoded.form()));
        } catch (InferenceException refused) {
            refuse(exchange, endpoint.model(), refused.error());
        } catch (RuntimeException | OutOfMemoryError failure) {
            refuse(exchange, endpoint.model(), failed(exchange, failure));
        }
    }

    private void infer(Answering answering) {
        pipeline.infer(answering.endpoint, answering.request).onSuccess(outcome -> {
            ModelEndpoint fallback = outcome instanceof InferenceError.CircuitOpen
                    ? parts.models()
                            .circuits()
                            .fallback(answering.endpoint, parts.ticker().nanos())
                    : null;
            if (fallback == null) {
                finish(answering, outcome);
            } else { // the circuit opened on the way; the model that stands in has nobody to stand in for itself
                answering.exchange.fallback(fallback.model());
                infer(answering.by(fallback));
            }
        });
    }

    /** Nobody above us would answer the client: what goes wrong in a callback of Vert.x is only logged there. */
    private static InferenceError failed(Exchange exchange, Throwable failure) {
        LOG.error("request {} failed in the front", exchange.requestId(), failure);
        if (failure instanceof OutOfMemoryError) {
            return Bodies.noMemory().error();
        }
        return new InferenceError.EngineFailure(exchange.requestId());
    }

    private InferenceRequest request(Exchange exchange, RequestHead head, DecodedRequest decoded) {
        return new InferenceRequest(
                head.model(),
                exchange.requestId(),
                decoded.inputs(),
                decoded.outputs(),
                decoded.rows(),
                head.priority() == RequestHead.UNSAID ? decoded.priority() : head.priority(),
                head.client(),
                Deadline.after(timeout(head, decoded), exchange.startNanos()),
                exchange.cancellation());
    }

    /** What its body says, but no longer than its head; both may be silent. */
    private Duration timeout(RequestHead head, DecodedRequest decoded) {
        AdmitOptions limits = parts.admitOptions();
        @Nullable Duration inBody = decoded.timeout();
        if (head.timeoutNanos() == RequestHead.UNSAID) {
            return limits.shortened(inBody == null ? limits.requestTimeout() : inBody);
        }
        Duration inHead = limits.shortened(Duration.ofNanos(head.timeoutNanos()));
        return inBody == null || inHead.compareTo(inBody) < 0 ? inHead : inBody;
    }

    private void finish(Answering answering, InferenceOutcome outcome) {
        answering.exchange.leave();
        if (inputsAreFree(outcome)) {
            answering.request.inputs().forEach(input -> buffers.giveBack(input.data()));
        }
        switch (outcome) {
            case InferenceError error -> refuse(answering.exchange, answering.endpoint.model(), error);
            case InferenceResponse response -> answer(answering, response);
        }
    }

    private void answer(Answering answering, InferenceResponse response) {
        Exchange exchange = answering.exchange;
        ModelEndpoint endpoint = answering.endpoint;
        if (exchange.isBehind()) {
            refuse(exchange, endpoint.model(), UNTAKEN);
            return;
        }
        try {
            boolean stillThere = exchange.isOpen();
            exchange.timing(response.timing());
            exchange.tensors(
                    new InferResponseEncoder(response, answering.form, endpoint.description(), parts.jsonOptions())
                            .encode());
            completed(exchange, endpoint.model(), stillThere ? RequestListener.SUCCESS : "cancelled");
        } catch (InferenceException refused) {
            refuse(exchange, endpoint.model(), refused.error());
        } catch (RuntimeException | OutOfMemoryError failure) {
            refuse(exchange, endpoint.model(), failed(exchange, failure));
        }
    }

    /** What must be remembered of a request while it is in the pipeline. */
    private record Answering(Exchange exchange, ModelEndpoint endpoint, InferenceRequest request, AnswerForm form) {

        Answering by(ModelEndpoint fallback) {
            return new Answering(exchange, fallback, request.to(fallback.model()), form);
        }
    }

    /**
     * Only these outcomes come from the batcher alone, or from before it; after any other a worker thread may still
     * read the inputs.
     */
    private static boolean inputsAreFree(InferenceOutcome outcome) {
        return outcome instanceof InferenceResponse
                || outcome instanceof InferenceError.InvalidRequest
                || outcome instanceof InferenceError.Throttled
                || outcome instanceof InferenceError.Overloaded;
    }

    private void refuse(Exchange exchange, @Nullable ModelId model, InferenceError error) {
        exchange.error(error);
        completed(exchange, model, StatusMapping.outcome(error));
    }

    private void completed(Exchange exchange, @Nullable ModelId model, String outcome) {
        parts.listener().completed(model, outcome, parts.ticker().nanos() - exchange.startNanos());
    }
}
