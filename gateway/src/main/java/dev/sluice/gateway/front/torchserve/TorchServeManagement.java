package dev.sluice.gateway.front.torchserve;

import dev.sluice.gateway.dispatch.BatcherInquiry;
import dev.sluice.gateway.dispatch.ModelDirectory;
import dev.sluice.gateway.front.admin.ManagementFront;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.multimodel.ManagedPath;
import dev.sluice.gateway.front.multimodel.ModelOrders;
import dev.sluice.gateway.front.multimodel.OrderAnswers;
import dev.sluice.gateway.front.multimodel.RegisteredModels;
import dev.sluice.worker.contract.InferenceException;
import dev.sluice.worker.contract.ModelReport;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * TorchServe's management API on the operators' listener: what ours does, in its words.
 *
 * @thread stateless; what it adds is confined to the operators' loop
 * @errors in the words of {@link TorchServeDialect}; 405 for a method
 * @source pytorch/serve, ManagementRequestHandler.java
 */
public final class TorchServeManagement implements ManagementFront {

    private static final String SET_DEFAULT = "/set-default";
    private static final String PATHS = ManagedPath.pattern("models") + "|/models/[^/]+/[^/]+" + SET_DEFAULT + "/?";
    private static final String ALL_VERSIONS = "all";
    private static final String ALLOWED = "GET, HEAD, POST, PUT, DELETE, OPTIONS";

    @Override
    public void addTo(RouteTable table, Desk desk) {
        table.under(PATHS, ALLOWED, new Requests(desk));
    }

    @Override
    public Dialect dialect() {
        return TorchServeDialect.NO_MODEL;
    }

    /**
     * Tells one from the other.
     *
     * @thread confined to the operators' loop
     */
    private static final class Requests implements Handler<RoutingContext> {

        private final Desk desk;
        private final ModelDirectory models;
        private final RegisteredModels registered;
        private final TorchServeModels told;
        private final TorchServeOrders orders;
        private final OrderAnswers answers;

        Requests(Desk desk) {
            this.desk = desk;
            this.models = desk.parts().models();
            this.registered = new RegisteredModels(models);
            this.told = new TorchServeModels(models, new BatcherInquiry(desk.vertx()));
            ModelOrders shared = new ModelOrders(models);
            this.orders = new TorchServeOrders(models, shared);
            this.answers = new OrderAnswers(desk, shared, ALLOWED);
        }

        @Override
        public void handle(RoutingContext context) {
            Exchange exchange = desk.exchanges().of(context);
            exchange.speaks(TorchServeDialect.NO_MODEL);
            String path = String.valueOf(context.request().path());
            Optional<ManagedPath> managed = ManagedPath.of(path);
            Optional<ManagedPath> byDefault = toBeDefault(path);
            if (managed.or(() -> byDefault).isEmpty()) {
                desk.exchanges().refuse(context, desk.bodies(), 404, "there is no such path");
                return;
            }
            ManagedPath its = managed.or(() -> byDefault).get();
            @Nullable String name = its.model();
            boolean known = name != null && registered.has(name);
            exchange.speaks(new TorchServeDialect(name == null ? "" : name, known ? its.version() : null, false));
            HttpMethod method = context.request().method();
            boolean reads = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
            if (reads && managed.isPresent()) {
                tell(exchange, name, its.version());
            } else {
                answers.take(context, body -> orders.of(context.request(), name, its.version(), managed.isEmpty()));
            }
        }

        private static Optional<ManagedPath> toBeDefault(String path) {
            String bare = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            return bare.endsWith(SET_DEFAULT)
                    ? ManagedPath.of(bare.substring(0, bare.length() - SET_DEFAULT.length()))
                            .filter(its -> its.version() != null)
                    : Optional.empty();
        }

        private void tell(Exchange exchange, @Nullable String name, @Nullable String version) {
            try {
                if (name == null) {
                    told.all(exchange);
                } else {
                    told.describe(exchange, versions(name, version));
                }
            } catch (InferenceException refused) {
                exchange.refuse(refused.error());
            }
        }

        /** The one that answers where none is named, as theirs is the default. */
        private List<ModelReport> versions(String name, @Nullable String version) {
            if (version != null) {
                return registered.versions(name, version.equals(ALL_VERSIONS) ? null : version);
            }
            Optional<ModelReport> answering = registered.versions(name, null).stream()
                    .filter(report -> models.plan(name).isStable(report.model().version()))
                    .filter(report ->
                            report.takesRequests() || models.ready(name).isEmpty())
                    .findFirst();
            return List.of(answering.orElseThrow(registered::unknown));
        }
    }
}
