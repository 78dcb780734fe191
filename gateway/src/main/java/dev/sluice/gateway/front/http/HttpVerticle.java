package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.ModelCommands;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.call.Serving;
import dev.sluice.gateway.pipeline.InferencePipeline;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The HTTP server of one front loop; all of them listen on the same port.
 *
 * @thread one front loop
 * @bound the limits of {@link HttpOptions}
 */
public final class HttpVerticle extends VerticleBase {

    /** To Vert.x, 0 would be another free port for each loop, a negative number the same one for all. */
    private static final int ANY_FREE_PORT = -1;

    private final FrontParts parts;
    private final HttpOptions options;
    private final OtherFronts others;
    private final IntConsumer listening;
    private @Nullable HttpListener listener;

    /** @param listening hears the port once the socket is open */
    public HttpVerticle(FrontParts parts, HttpOptions options, OtherFronts others, IntConsumer listening) {
        this.parts = parts;
        this.options = options;
        this.others = others;
        this.listening = listening;
    }

    @Override
    public Future<?> start() {
        return InferencePipeline.open(vertx, parts.admission(), parts.ticker()).compose(this::listen);
    }

    private Future<?> listen(InferencePipeline pipeline) {
        LoopParts loop = LoopParts.of(vertx, options, new Serving(pipeline, parts));
        Router routes = Routes.build(loop, others.streams().of(loop.serving()), others.profiles());
        OtherProtocol other = others.protocols().on(loop);
        boolean shares = other.ownPort() == OtherProtocol.SHARED_PORT || other.ownPort() == options.port();
        Handler<HttpServerRequest> all = request -> (shares && other.takes(request) ? other : routes).handle(request);
        HttpListener sockets = new HttpListener(vertx, options, longestAnswer());
        listener = sockets;
        int port = options.port() == 0 ? ANY_FREE_PORT : options.port();
        Future<?> open = sockets.listen(options.host(), port, all, listening)
                .compose(opened -> others.profiles().listen(sockets, loop, all));
        return shares
                ? open
                : open.compose(opened -> sockets.listen(options.host(), other.ownPort(), other, other::listening));
    }

    private Duration longestAnswer() {
        Duration inference = parts.admitOptions().maxRequestTimeout();
        boolean control = options.modelControl() && ModelCommands.PATIENCE.compareTo(inference) > 0;
        return control ? ModelCommands.PATIENCE : inference;
    }

    @Override
    public Future<?> stop() {
        return listener == null ? Future.succeededFuture() : listener.close();
    }
}
