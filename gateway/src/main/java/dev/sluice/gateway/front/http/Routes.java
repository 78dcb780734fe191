package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.BatcherInquiry;
import dev.sluice.gateway.front.Page;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.worker.contract.InferenceException;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which path goes where, for one front loop.
 *
 * @thread confined to one front loop
 * @errors 404 for an unknown path, 405 with Allow for a wrong method (OPTIONS gets 204 with it), 500 for a defect of ours,
 *     all as JSON
 */
final class Routes {

    private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
    private static final int BAD_REQUEST = 400;
    private static final String MODEL = "/v2/models/:model";
    private static final String VERSION = MODEL + "/versions/:version";

    private final Router router;
    private final Exchanges exchanges;
    private final Bodies bodies;

    private Routes(Vertx vertx, Exchanges exchanges, Bodies bodies) {
        this.router = Router.router(vertx);
        this.exchanges = exchanges;
        this.bodies = bodies;
    }

    static Router build(LoopParts loop, StreamFront streams) {
        FrontParts parts = loop.serving().parts();
        Exchanges exchanges = loop.exchanges();
        Routes routes = new Routes(loop.vertx(), exchanges, loop.bodies());
        if (!loop.options().corsOrigins().isEmpty()) {
            routes.router.route().handler(new Cors(loop.options().corsOrigins()));
        }
        parts.access()
                .ifPresent(rules ->
                        routes.router.route().handler(new KeyGate(rules, loop.serving(), exchanges, loop.bodies())));
        routes.ofInference(loop, streams);
        routes.get("/", new HomePage(parts, exchanges)::show);
        routes.ofState(loop);
        routes.post("/v2/repository/index", new RepositoryIndexHandler(parts, exchanges, loop.bodies()));
        routes.get("/draw", new DrawPage(exchanges)::show);
        routes.get("/openapi.json", new OpenApi(exchanges)::show);
        parts.metricsPage().ifPresent(page -> routes.get("/metrics", context -> routes.show(page, context)));
        routes.router.route().handler(routes::unknownPath).failureHandler(routes::failed);
        routes.router.errorHandler(BAD_REQUEST, routes::failed); // a malformed path fails before it meets any route
        return routes.router;
    }

    private void ofInference(LoopParts loop, StreamFront streams) {
        InferHandler infer = new InferHandler(loop.serving(), loop.options(), exchanges, loop.bodies());
        post(MODEL + "/infer", infer);
        post(VERSION + "/infer", infer);
        streams(new StreamHandler(streams, exchanges, loop.options()));
    }

    private void ofState(LoopParts loop) {
        FrontParts parts = loop.serving().parts();
        MetadataHandlers metadata = new MetadataHandlers(parts, exchanges);
        ModelConfigHandler config = new ModelConfigHandler(parts, exchanges);
        StatisticsHandler statistics = new StatisticsHandler(parts, exchanges);
        BatchingHandler batching = new BatchingHandler(parts, exchanges, new BatcherInquiry(loop.vertx()));
        get("/v2", metadata::server);
        get("/v2/health/live", metadata::live);
        get("/v2/health/ready", metadata::ready);
        get("/v2/models", metadata::models);
        get("/v2/models/stats", statistics::all); // before the model of that name
        get(MODEL, metadata::model);
        get(VERSION, metadata::model);
        get(MODEL + "/ready", metadata::modelReady);
        get(VERSION + "/ready", metadata::modelReady);
        get(MODEL + "/config", config::show);
        get(VERSION + "/config", config::show);
        get(MODEL + "/stats", statistics::model);
        get(VERSION + "/stats", statistics::model);
        get(MODEL + "/batching", batching::show);
        get(VERSION + "/batching", batching::show);
    }

    /** The model that a path names. */
    static RequestedModel model(RoutingContext context) {
        return new RequestedModel(String.valueOf(context.pathParam("model")), context.pathParam("version"));
    }

    private void post(String path, Handler<RoutingContext> handler) {
        router.route(HttpMethod.POST, path).handler(handler).failureHandler(this::failed);
        others(path, "POST, OPTIONS");
    }

    private void get(String path, Handler<RoutingContext> handler) {
        router.route(HttpMethod.GET, path).handler(handler).failureHandler(this::failed);
        router.route(HttpMethod.HEAD, path).handler(handler).failureHandler(this::failed);
        others(path, "GET, HEAD, OPTIONS");
    }

    private void streams(StreamHandler handler) {
        stream("/v2/stream", handler::toAll);
        stream(MODEL + "/stream", handler::toModel);
        stream(VERSION + "/stream", handler::toModel);
    }

    /** HEAD would be no handshake. */
    private void stream(String path, Handler<RoutingContext> handler) {
        router.route(HttpMethod.GET, path).handler(handler).failureHandler(this::failed);
        others(path, "GET, OPTIONS");
    }

    private void others(String path, String allowed) {
        router.route(HttpMethod.OPTIONS, path).handler(context -> options(context, allowed));
        router.route(path).handler(context -> wrongMethod(context, allowed));
    }

    private void options(RoutingContext context, String allowed) {
        BodyReader.discard(context.request(), bodies);
        Cors.allow(context, allowed);
        exchanges.of(context).nothing();
    }

    private void show(Page page, RoutingContext context) {
        page.text(context.vertx())
                .onSuccess(text -> exchanges.of(context).text(page.mediaType(), text))
                .onFailure(context::fail);
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
        exchanges.of(context).error(404, "there is nothing at " + path + "; see GET /");
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
