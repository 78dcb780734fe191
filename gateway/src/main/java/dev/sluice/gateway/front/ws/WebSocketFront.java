package dev.sluice.gateway.front.ws;

import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.front.http.HttpOptions;
import dev.sluice.gateway.front.http.Queries;
import dev.sluice.gateway.front.http.RetryAfter;
import dev.sluice.gateway.front.http.StreamFront;
import dev.sluice.gateway.front.http.StreamOpening;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.http.HttpServerRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the streams of one front loop, and is what they have in common.
 *
 * @thread confined to one front loop
 * @errors 400 for an order that does not exist, or is given twice, and where none of the offered subprotocols is
 *     ours
 */
public final class WebSocketFront implements StreamFront {

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketFront.class);
    private static final String EXTENSIONS = "Sec-WebSocket-Extensions";
    private static final String SUBPROTOCOLS = "Sec-WebSocket-Protocol";

    private final Serving serving;
    private final WebSocketOptions options;
    private final HttpOptions http;
    private final OpenStreams open;
    private final RetryAfter retryAfter = new RetryAfter(new SplittableRandom());

    /** @param http what WebSocket has in common with HTTP: how long answers may lie untaken, and how many bytes of them */
    public WebSocketFront(Serving serving, WebSocketOptions options, HttpOptions http, OpenStreams open) {
        this.serving = serving;
        this.options = options;
        this.http = http;
        this.open = open;
    }

    @Override
    public void open(StreamOpening opening) {
        HttpServerRequest request = opening.request();
        String order;
        try {
            order = Objects.requireNonNullElse(Queries.parameter(request, "order"), "ready");
        } catch (InferenceException malformed) {
            opening.refuse(400, malformed.error().message());
            return;
        }
        if (!order.equals("ready") && !order.equals("request")) {
            opening.refuse(400, "order must be \"ready\" or \"request\", got " + InferenceException.quoted(order));
            return;
        }
        List<String> offered = request.headers().getAll(SUBPROTOCOLS);
        boolean ours = offered.stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .anyMatch(each -> each.strip().equals(StreamMessages.SUBPROTOCOL));
        if (!offered.isEmpty() && !ours) {
            opening.refuse(400, "the only subprotocol here is " + StreamMessages.SUBPROTOCOL);
            return;
        }
        if (ours) {
            request.response().putHeader(SUBPROTOCOLS, StreamMessages.SUBPROTOCOL);
        }
        PerMessageDeflate deflate = options.deflate()
                ? PerMessageDeflate.agree(request.headers().getAll(EXTENSIONS))
                : PerMessageDeflate.OFF;
        if (deflate.isOn()) {
            request.response().putHeader(EXTENSIONS, deflate.response());
        }
        boolean inOrder = order.equals("request");
        opening.accept()
                .onSuccess(upgraded -> begin(opening, inOrder, deflate))
                .onFailure(failure ->
                        LOG.debug("stream {} did not open", opening.terms().requestId(), failure));
    }

    private void begin(StreamOpening opening, boolean inOrder, PerMessageDeflate deflate) {
        String version = serving.parts().version();
        String requestId = opening.terms().requestId();
        new StreamConnection(this, opening, inOrder, deflate)
                .begin(StreamMessages.hello(options, version, requestId, inOrder));
    }

    Serving serving() {
        return serving;
    }

    WebSocketOptions options() {
        return options;
    }

    HttpOptions http() {
        return http;
    }

    OpenStreams streams() {
        return open;
    }

    RetryAfter retryAfter() {
        return retryAfter;
    }
}
