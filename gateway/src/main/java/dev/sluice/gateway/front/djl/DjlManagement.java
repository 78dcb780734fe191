package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.front.admin.ManagementFront;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.multimodel.ManagedPath;
import dev.sluice.gateway.front.multimodel.ModelOrders;
import dev.sluice.gateway.front.multimodel.OrderAnswers;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * DJL Serving's management API on the operators' listener: what ours does, in its words.
 *
 * @thread stateless; what it adds is confined to the operators' loop
 * @errors in the words of {@link DjlDialect}; 405 for a method
 * @source djl-serving, ManagementRequestHandler.java
 */
public final class DjlManagement implements ManagementFront {

    private static final String ALLOWED = "GET, HEAD, POST, PUT, DELETE, OPTIONS";

    @Override
    public void addTo(RouteTable table, Desk desk) {
        table.get(
                "/ping", context -> DjlFront.ping(desk.parts(), desk.exchanges().of(context)));
        table.under(DjlModels.PATHS, ALLOWED, new Requests(desk));
    }

    @Override
    public Dialect dialect() {
        return DjlDialect.MANAGED;
    }

    /**
     * Tells one from the other.
     *
     * @thread confined to the operators' loop
     */
    private static final class Requests implements Handler<RoutingContext> {

        private final Desk desk;
        private final DjlModels told;
        private final DjlOrders orders;
        private final OrderAnswers answers;

        Requests(Desk desk) {
            this.desk = desk;
            this.told = new DjlModels(desk.parts().models());
            ModelOrders shared = new ModelOrders(desk.parts().models());
            this.orders = new DjlOrders(desk.parts().models(), shared);
            this.answers = new OrderAnswers(desk, shared, ALLOWED);
        }

        @Override
        public void handle(RoutingContext context) {
            Exchange exchange = desk.exchanges().of(context);
            exchange.speaks(DjlDialect.MANAGED);
            Optional<ManagedPath> path =
                    ManagedPath.of(String.valueOf(context.request().path()));
            if (path.isEmpty()) { // the router has matched it as it is when its dots and slashes are resolved
                desk.exchanges().refuse(context, desk.bodies(), 404, "there is no such path");
                return;
            }
            HttpMethod method = context.request().method();
            if (method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD)) {
                told.tell(exchange, path.get());
                return;
            }
            @Nullable String name = path.get().model();
            exchange.speaks(new DjlDialect(name == null ? "" : name, DjlDialect.Asked.CHANGE));
            answers.take(context, body -> orders.of(context.request(), body, path.get()));
        }
    }
}
