package dev.sluice.gateway.front.admin;

import dev.sluice.gateway.dispatch.BatcherInquiry;
import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.http.AllowedHosts;
import dev.sluice.gateway.front.http.BatchingHandler;
import dev.sluice.gateway.front.http.Bodies;
import dev.sluice.gateway.front.http.Exchanges;
import dev.sluice.gateway.front.http.Orders;
import dev.sluice.gateway.front.http.RepositoryControl;
import dev.sluice.gateway.front.http.RepositoryIndexHandler;
import dev.sluice.gateway.front.http.RouteTable;
import io.vertx.ext.web.Router;

/**
 * Which path goes where, for operators.
 *
 * @thread stateless
 */
final class AdminRoutes {

    private static final String MODELS = "/admin/v1/models";
    private static final String MODEL = MODELS + "/:model";

    private AdminRoutes() {}

    static Router build(ManagementFront.Desk desk, AdminOptions options, ManagementFront management) {
        FrontParts parts = desk.parts();
        Orders orders = desk.orders();
        Exchanges exchanges = desk.exchanges();
        Bodies bodies = desk.bodies();
        ModelsHandler models = new ModelsHandler(parts.models(), parts.traffic(), exchanges);
        ModelChanges changes = new ModelChanges(orders, models, exchanges);
        DriftHandler drift = new DriftHandler(parts.drift(), parts.models(), orders, models, exchanges);
        BatchingHandler batching = new BatchingHandler(parts, exchanges, new BatcherInquiry(desk.vertx()));
        RouteTable table = new RouteTable(desk.vertx(), exchanges, bodies, MODELS);
        table.first(new AllowedHosts(options.host(), options.hosts(), exchanges, bodies));
        table.get(MODELS, models::all);
        table.get(MODEL, models::one);
        table.get(MODEL + "/batching", batching::show);
        table.get(MODEL + "/versions/:version/batching", batching::show);
        table.get(MODEL + "/drift", drift::show);
        table.post(MODEL + "/baseline", drift::keep);
        table.post(MODEL + "/load", changes::load);
        table.post(MODEL + "/unload", changes::unload);
        table.post(MODEL + "/serve", changes::serve);
        table.post(MODEL + "/rollback", changes::rollBack);
        table.post(MODEL + "/reset", changes::reset);
        table.putAndDelete(MODEL + "/instances", changes::instances, changes::removeInstances);
        table.putAndDelete(MODEL + "/traffic", changes::traffic, changes::removeTraffic);
        table.putAndDelete(MODEL + "/versions/:version/source", changes::source, changes::removeSource);
        table.post(MODEL + "/promote", changes::promote);
        table.putAndDelete(MODEL + "/labels/:label", changes::label, changes::removeLabel);
        table.get("/admin/v1/audit", new AuditHandler(parts.operations().history(), exchanges)::show);
        table.post("/admin/v1/drain", changes::drain);
        table.post("/v2/repository/index", new RepositoryIndexHandler(parts, exchanges, bodies));
        new RepositoryControl(orders, exchanges, bodies, true).addTo(table);
        management.addTo(table, desk);
        table.refusesOthersIn(management.dialect());
        return table.router();
    }
}
