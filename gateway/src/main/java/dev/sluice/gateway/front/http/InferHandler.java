package dev.sluice.gateway.front.http;

import dev.sluice.gateway.admit.AdmitOptions;
import dev.sluice.gateway.dispatch.ModelEndpoint;
import dev.sluice.gateway.front.StatusMapping;
import dev.sluice.gateway.front.TensorBuffers;
import dev.sluice.gateway.front.v2.DecodedRequest;
import dev.sluice.gateway.front.v2.InferRequestDecoder;
import dev.sluice.gateway.front.v2.InferResponseEncoder;
import dev.sluice.worker.contract.Deadline;
import dev.sluice.worker.contract.InferenceError;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.InferenceOutcome;
import dev.sluice.worker.contract.InferenceRequest;
import dev.sluice.worker.contract.InferenceResponse;
import dev.sluice.worker.contract.ModelId;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v2/models/{model}[/versions/{version}]/infer}: body in, tensors, pipeline, answer out.
 *
 * @thread confined to one front loop
 * @bound {@code http.max_body_size} for each request that is being read
 * @errors every {@link InferenceError}, as {@link StatusMapping} says, and 415 for a body that says it is not JSON
 * @owns the memory of a request's inputs, given back when the outcome shows that nobody reads it any more
 */
final class InferHandler implements Handler<RoutingContext> {

    private final HttpParts parts;
    private final long maxBodyBytes;
    private final Exchanges exchanges;
    private final TensorBuffers buffers = new TensorBuffers();

    InferHandler(HttpParts parts, HttpOptions options, Exchanges exchanges) {
        this.parts = parts;
        this.maxBodyBytes = options.maxBodySize();
        this.exchanges = exchanges;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Exchange exchange = exchanges.begin(request);
        String contentType = request.getHeader(HttpHeaders.CONTENT_TYPE);
        if (!MediaTypes.isJson(contentType)) {
            BodyReader.discard(request, maxBodyBytes);
            exchange.error(415, "content-type: expected application/json and got " + contentType);
            completed(exchange, null, "unsupported_media_type");
            return;
        }
        ModelEndpoint endpoint;
        try {
            endpoint = RequestedModel.of(context).in(parts.models());
        } catch (InferenceException refused) {
            BodyReader.discard(request, maxBodyBytes);
            refuse(exchange, null, refused.error());
            return;
        }
        BodyReader.read(
                request,
                maxBodyBytes,
                body -> infer(exchange, endpoint, body),
                () -> refuse(exchange, endpoint.model(), new InferenceError.PayloadTooLarge(maxBodyBytes)));
    }

    private void infer(Exchange exchange, ModelEndpoint endpoint, Buffer body) {
        DecodedRequest decoded;
        try {
            HttpBytes json = HttpBytes.of(body);
            decoded = new InferRequestDecoder(
                            json.array(),
                            json.from(),
                            json.to(),
                            endpoint.description().signature(),
                            buffers)
                    .decode();
        } catch (InferenceException refused) {
            refuse(exchange, endpoint.model(), refused.error());
            return;
        }
        InferenceRequest request = request(exchange, endpoint, decoded);
        parts.pipeline()
                .infer(endpoint, request)
                .onSuccess(outcome -> finish(exchange, request, decoded.id(), outcome));
    }

    private InferenceRequest request(Exchange exchange, ModelEndpoint endpoint, DecodedRequest decoded) {
        AdmitOptions limits = parts.admitOptions();
        Duration asked = decoded.timeout() == null ? limits.requestTimeout() : decoded.timeout();
        Duration timeout = asked.compareTo(limits.maxRequestTimeout()) < 0 ? asked : limits.maxRequestTimeout();
        Deadline deadline = Deadline.after(timeout, exchange.startNanos());
        return new InferenceRequest(
                endpoint.model(), exchange.requestId(), decoded.inputs(), decoded.outputs(), decoded.rows(), deadline);
    }

    private void finish(Exchange exchange, InferenceRequest request, @Nullable String id, InferenceOutcome outcome) {
        if (inputsAreFree(outcome)) {
            request.inputs().forEach(input -> buffers.giveBack(input.data()));
        }
        switch (outcome) {
            case InferenceError error -> refuse(exchange, request.model(), error);
            case InferenceResponse response -> {
                boolean stillThere = exchange.isOpen();
                exchange.json(InferResponseEncoder.encode(response, id));
                completed(exchange, request.model(), stillThere ? "success" : "cancelled");
            }
        }
    }

    /** A request that was given up, rather than answered by its batcher, may still be read by a worker thread. */
    private static boolean inputsAreFree(InferenceOutcome outcome) {
        return !(outcome instanceof InferenceError.DeadlineExceeded)
                && !(outcome instanceof InferenceError.ModelNotReady);
    }

    private void refuse(Exchange exchange, @Nullable ModelId model, InferenceError error) {
        exchange.error(error);
        completed(exchange, model, StatusMapping.outcome(error));
    }

    private void completed(Exchange exchange, @Nullable ModelId model, String outcome) {
        parts.listener().completed(model, outcome, parts.ticker().nanos() - exchange.startNanos());
    }
}
