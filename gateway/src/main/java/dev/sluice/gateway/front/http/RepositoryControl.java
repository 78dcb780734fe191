package dev.sluice.gateway.front.http;

import dev.sluice.gateway.front.v2.ControlParameters;
import dev.sluice.worker.contract.ModelCommand;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BiFunction;

/**
 * {@code POST /v2/repository/models/{model}/load} and {@code /unload}, answered when that is done.
 *
 * @thread confined to one loop
 * @errors 403 where models are not controlled by this port, and for a page of another origin
 * @source Triton: model repository extension
 */
public final class RepositoryControl {

    /** Why not, where it is off. */
    public static final String OFF = "explicit model load / unload is not allowed here: set http.model_control, or use "
            + "the listener of section admin";

    private static final String MODEL = "/v2/repository/models/:model/";

    private final Orders orders;
    private final Exchanges exchanges;
    private final Bodies bodies;
    private final boolean allowed;

    public RepositoryControl(Orders orders, Exchanges exchanges, Bodies bodies, boolean allowed) {
        this.orders = orders;
        this.exchanges = exchanges;
        this.bodies = bodies;
        this.allowed = allowed;
    }

    public void addTo(RouteTable table) {
        table.post(MODEL + "load", context -> take(context, (model, dependents) -> new ModelCommand.Load(model)));
        table.post(MODEL + "unload", context -> take(context, ModelCommand.Unload::new));
    }

    private void take(RoutingContext context, BiFunction<String, Boolean, ModelCommand> command) {
        if (!allowed) {
            refuse(context, OFF);
        } else if (!PageOrigin.isOwnOrNone(context.request())) {
            refuse(context, "pages of another origin may not change anything here");
        } else {
            String model = String.valueOf(context.pathParam("model"));
            orders.take(
                    context,
                    body -> command.apply(
                            model, ControlParameters.readDependents(body.array(), body.from(), body.to())),
                    outcome -> exchanges.of(context).done());
        }
    }

    private void refuse(RoutingContext context, String why) {
        BodyReader.discard(context.request(), bodies);
        exchanges.of(context).error(403, why);
    }
}
