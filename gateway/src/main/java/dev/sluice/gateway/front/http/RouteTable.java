package dev.sluice.gateway.front.http;

import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Paths with their methods, and what is said where there is no such path or method.
 *
 * @thread confined to one loop
 * @errors 404 for an unknown path, 405 with Allow for a wrong method (OPTIONS gets 204 with it), 500 for a defect of ours,
 *     all as JSON
 */
public final class RouteTable {

    private static final Logger LOG = LoggerFactory.getLogger(RouteTable.class);
    private static final int BAD_REQUEST = 400;

    private final Router router;
    private final Exchanges exchanges;
    private final Bodies bodies;
    private final String overview;

    /** @param overview the path that a client is told to look at where there is nothing */
    public RouteTable(Vertx vertx, Exchanges exchanges, Bodies bodies, String overview) {
        this.router = Router.router(vertx);
        this.exchanges = exchanges;
        this.bodies = bodies;
        this.overview = overview;
    }

    /** Sees every request before all others do. */
    public void first(Handler<RoutingContext> handler) {
        router.route().handler(handler);
    }

    /** Has whatever is for no path that has been added before refused in that dialect. */
    public void refusesOthersIn(Dialect dialect) {
        router.route().handler(context -> {
            exchanges.of(context).speaks(dialect);
            context.next();
        });
    }

    public void post(String path, Handler<RoutingContext> handler) {
        on(HttpMethod.POST, path, handler);
        others(path, "POST, OPTIONS");
    }

    public void get(String path, Handler<RoutingContext> handler) {
        on(HttpMethod.GET, path, handler);
        on(HttpMethod.HEAD, path, handler);
        others(path, "GET, HEAD, OPTIONS");
    }

    /** The same thing asked for by its URL or by a body; HEAD would do the work for nothing. */
    void getAndPost(String path, Handler<RoutingContext> get, Handler<RoutingContext> post) {
        on(HttpMethod.GET, path, get);
        on(HttpMethod.POST, path, post);
        others(path, "GET, POST, OPTIONS");
    }

    /** What is told to who asks by OPTIONS; a browser that asks what it may send is told that. */
    public void describe(String path, Handler<RoutingContext> handler) {
        router.route(HttpMethod.OPTIONS, path).handler(context -> {
            if (context.request().headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)) {
                options(context, "OPTIONS");
            } else {
                BodyReader.discard(context.request(), bodies);
                handler.handle(context);
            }
        });
    }

    /** Something that can be set and taken away. */
    public void putAndDelete(String path, Handler<RoutingContext> put, Handler<RoutingContext> delete) {
        on(HttpMethod.PUT, path, put);
        on(HttpMethod.DELETE, path, delete);
        others(path, "PUT, DELETE, OPTIONS");
    }

    /**
     * Paths that a handler tells apart by itself, and says what is wrong with the others; OPTIONS is answered here.
     *
     * @param allowed the methods that any of them takes
     */
    public void under(String pattern, String allowed, Handler<RoutingContext> handler) {
        router.routeWithRegex(HttpMethod.OPTIONS, pattern).handler(context -> options(context, allowed));
        router.routeWithRegex(pattern).handler(handler).failureHandler(this::failed);
    }

    /** HEAD would be no handshake. */
    public void stream(String path, Handler<RoutingContext> handler) {
        on(HttpMethod.GET, path, handler);
        others(path, "GET, OPTIONS");
    }

    private void on(HttpMethod method, String path, Handler<RoutingContext> handler) {
        router.route(method, path).handler(handler).failureHandler(this::failed);
    }

    private void others(String path, String allowed) {
        router.route(HttpMethod.OPTIONS, path).handler(context -> options(context, allowed));
        router.route(path).handler(context -> wrongMethod(context, allowed));
    }

    /** All of it; no more can be added. */
    public Router router() {
        router.route().handler(this::unknownPath).failureHandler(this::failed);
        router.errorHandler(BAD_REQUEST, this::failed); // a malformed path fails before it meets any route
        return router;
    }

    private void options(RoutingContext context, String allowed) {
        BodyReader.discard(context.request(), bodies);
        Cors.allow(context, allowed);
        exchanges.of(context).nothing();
    }

    private void wrongMethod(RoutingContext context, String allowed) {
        BodyReader.discard(context.request(), bodies);
        context.response().putHeader("allow", allowed);
        String message = context.request().method() + " is not allowed here; allowed: " + allowed;
        exchanges.of(context).error(405, message);
    }

    private void unknownPath(RoutingContext context) {
        BodyReader.discard(context.request(), bodies);
        String path =
                InferenceException.shortened(String.valueOf(context.request().path()));
        exchanges.of(context).error(404, "there is nothing at " + path + "; see GET " + overview);
    }

    /** What ends here is either a path that the router itself finds malformed, or a defect. */
    private void failed(RoutingContext context) {
        Exchange exchange = exchanges.of(context);
        if (asksAboutTheServer(context.request())) {
            options(context, "GET, HEAD, POST, OPTIONS");
            return;
        }
        if (context.failure() == null || context.statusCode() == BAD_REQUEST) {
            exchange.error(BAD_REQUEST, "the request is malformed: its path, or its Host header is missing");
            return;
        }
        LOG.error(
                "failure in request {}: {} {}",
                exchange.requestId(),
                context.request().method(),
                context.request().path(),
                context.failure());
        exchange.error(500, "the server failed; its log has the detail under id " + exchange.requestId());
    }

    /** {@code OPTIONS *}, which to the router is no path either. */
    private static boolean asksAboutTheServer(HttpServerRequest request) {
        return request.method().equals(HttpMethod.OPTIONS) && "*".equals(request.uri()) && request.authority() != null;
    }
}
