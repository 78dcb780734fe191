package dev.sluice.gateway.front.http;

import dev.sluice.gateway.dispatch.BatcherInquiry;
import dev.sluice.gateway.front.Page;
import dev.sluice.gateway.front.RequestedModel;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.control.Operator;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * Which path goes where, for one front loop.
 *
 * @thread confined to one front loop
 */
final class Routes {

    private static final String MODEL = "/v2/models/:model";
    private static final String VERSION = MODEL + "/versions/:version";

    private final RouteTable table;
    private final Exchanges exchanges;

    private Routes(RouteTable table, Exchanges exchanges) {
        this.table = table;
        this.exchanges = exchanges;
    }

    /**
     * No paths yet, but what every client has to pass.
     *
     * @param overview the path that a client is told to look at where there is nothing
     * @param dialect in which whoever does not pass, or finds nothing, is refused
     */
    static RouteTable guarded(LoopParts loop, String overview, Dialect dialect) {
        Exchanges exchanges = loop.exchanges();
        RouteTable table = new RouteTable(loop.vertx(), exchanges, loop.bodies(), overview);
        if (!dialect.equals(Dialect.V2)) {
            table.first(context -> {
                exchanges.of(context).speaks(dialect);
                context.next();
            });
        }
        if (!loop.options().corsOrigins().isEmpty()) {
            table.first(new Cors(loop.options().corsOrigins()));
        }
        loop.serving()
                .parts()
                .access()
                .ifPresent(rules -> table.first(new KeyGate(rules, loop.serving(), exchanges, loop.bodies())));
        return table;
    }

    static Router build(LoopParts loop, StreamFront streams, ProfileFronts profiles) {
        FrontParts parts = loop.serving().parts();
        Exchanges exchanges = loop.exchanges();
        RouteTable table = guarded(loop, "/", Dialect.V2);
        Routes routes = new Routes(table, exchanges);
        routes.ofInference(loop, streams);
        table.get("/", new HomePage(parts, exchanges)::show);
        routes.ofState(loop);
        routes.ofRepository(loop);
        table.get("/draw", new DrawPage(exchanges)::show);
        table.get("/openapi.json", new OpenApi(exchanges)::show);
        profiles.addTo(table, loop);
        parts.metricsPage().ifPresent(page -> table.get("/metrics", context -> routes.show(page, context)));
        return table.router();
    }

    private void ofInference(LoopParts loop, StreamFront streams) {
        InferHandler infer = new InferHandler(loop);
        table.post(MODEL + "/infer", infer);
        table.post(VERSION + "/infer", infer);
        PredictHandler predict = new PredictHandler(loop);
        PictureUrlHandler pictureUrls = new PictureUrlHandler(loop);
        table.getAndPost("/predict", pictureUrls, predict);
        table.getAndPost("/models/:model/predict", pictureUrls, predict);
        table.getAndPost("/models/:model/versions/:version/predict", pictureUrls, predict);
        StreamHandler streaming = new StreamHandler(streams, exchanges, loop.options());
        table.stream("/v2/stream", streaming::toAll);
        table.stream(MODEL + "/stream", streaming::toModel);
        table.stream(VERSION + "/stream", streaming::toModel);
    }

    private static MetadataHandlers metadata(LoopParts loop) {
        return new MetadataHandlers(
                loop.serving().parts(), loop.exchanges(), loop.options().modelControl());
    }

    /** What probes ask, at every port of inference and in no protocol's own words. */
    static void addHealth(RouteTable table, LoopParts loop) {
        MetadataHandlers metadata = metadata(loop);
        table.get("/v2/health/live", metadata::live);
        table.get("/v2/health/ready", metadata::ready);
    }

    private void ofState(LoopParts loop) {
        FrontParts parts = loop.serving().parts();
        MetadataHandlers metadata = metadata(loop);
        ModelConfigHandler config = new ModelConfigHandler(parts, exchanges);
        StatisticsHandler statistics = new StatisticsHandler(parts, exchanges);
        BatchingHandler batching = new BatchingHandler(parts, exchanges, new BatcherInquiry(loop.vertx()));
        table.get("/v2", metadata::server);
        addHealth(table, loop);
        table.get("/v2/models", metadata::models);
        table.get("/v2/models/stats", statistics::all); // before the model of that name
        table.get(MODEL, metadata::model);
        table.get(VERSION, metadata::model);
        table.get(MODEL + "/ready", metadata::modelReady);
        table.get(VERSION + "/ready", metadata::modelReady);
        table.get(MODEL + "/config", config::show);
        table.get(VERSION + "/config", config::show);
        table.get(MODEL + "/stats", statistics::model);
        table.get(VERSION + "/stats", statistics::model);
        table.get(MODEL + "/batching", batching::show);
        table.get(VERSION + "/batching", batching::show);
    }

    private void ofRepository(LoopParts loop) {
        FrontParts parts = loop.serving().parts();
        table.post("/v2/repository/index", new RepositoryIndexHandler(parts, exchanges, loop.bodies()));
        Orders orders = new Orders(parts.operations(), Operator.Api.HTTP, exchanges, loop.bodies());
        new RepositoryControl(orders, exchanges, loop.bodies(), loop.options().modelControl()).addTo(table);
    }

    /** The model that a path names. */
    static RequestedModel model(RoutingContext context) {
        return new RequestedModel(String.valueOf(context.pathParam("model")), context.pathParam("version"));
    }

    private void show(Page page, RoutingContext context) {
        page.text(context.vertx())
                .onSuccess(text -> exchanges.of(context).text(page.mediaType(), text))
                .onFailure(context::fail);
    }
}
