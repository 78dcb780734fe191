package dev.sluice.gateway.front.djl;

import dev.sluice.gateway.front.call.FrontParts;
import dev.sluice.gateway.front.http.Dialect;
import dev.sluice.gateway.front.http.Exchange;
import dev.sluice.gateway.front.http.LoopParts;
import dev.sluice.gateway.front.http.Profile;
import dev.sluice.gateway.front.http.ProfileDocument;
import dev.sluice.gateway.front.http.ProfileFront;
import dev.sluice.gateway.front.http.RouteTable;
import dev.sluice.gateway.front.multimodel.ManagedPath;
import dev.sluice.gateway.front.multimodel.ModelCalls;
import dev.sluice.gateway.front.multimodel.ModelHealth;
import dev.sluice.gateway.front.v2.JsonOutput;
import dev.sluice.gateway.front.v2.PrettyJson;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;

/**
 * DJL Serving's inference API, and what its management API tells; what changes models is {@link DjlManagement}.
 *
 * @thread stateless; what it adds is confined to one front loop
 * @source DJL Serving, inference API and management API
 */
public final class DjlFront implements ProfileFront {

    private static final String READS = "GET, HEAD, OPTIONS";
    private static final ProfileDocument DOCUMENT = ProfileDocument.read(Profile.DJL_SERVING);

    @Override
    public void addTo(RouteTable table, LoopParts loop) {
        DOCUMENT.addTo(table, loop.exchanges());
        table.describe("/", context -> loop.exchanges().of(context).json(new JsonOutput(4).raw("{}\n")));
        table.get(
                "/ping",
                context -> ping(loop.serving().parts(), loop.exchanges().of(context)));
        table.under(
                DjlPath.PATHS,
                ModelCalls.ALLOWED,
                new ModelCalls<>(loop, DjlDialect.NO_MODEL, DjlPath::of, new DjlCall(loop)));
        DjlModels models = new DjlModels(loop.serving().parts().models());
        table.under(DjlModels.PATHS, READS, context -> tell(context, loop, models));
    }

    private static void tell(RoutingContext context, LoopParts loop, DjlModels models) {
        Exchange exchange = loop.exchanges().of(context);
        exchange.speaks(DjlDialect.MANAGED);
        HttpMethod method = context.request().method();
        Optional<ManagedPath> path =
                ManagedPath.of(String.valueOf(context.request().path()));
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            context.response().putHeader("allow", READS);
            loop.exchanges().refuse(context, loop.bodies(), 405, "operators have a port of their own");
        } else if (path.isEmpty()) {
            loop.exchanges().refuse(context, loop.bodies(), 404, "there is no such path");
        } else {
            models.tell(exchange, path.get());
        }
    }

    /** 500 where one has failed, as there; one that is being loaded is no reason to send nobody. */
    static void ping(FrontParts parts, Exchange exchange) {
        Map<String, ModelHealth.Word> words = ModelHealth.of(parts.models());
        boolean serves = parts.models().isComplete() && !parts.admission().isDraining();
        JsonOutput out = new JsonOutput(256).raw(words.isEmpty() ? "{" : "");
        String between = "{";
        for (Map.Entry<String, ModelHealth.Word> model : words.entrySet()) {
            boolean healthy = model.getValue() == ModelHealth.Word.HEALTHY;
            out.raw(between).string(model.getKey()).raw(":{\"status\":\"");
            out.raw(healthy ? "Healthy" : model.getValue().name()).raw("\"}");
            between = ",";
        }
        int status = words.containsValue(ModelHealth.Word.FAILED) ? 500 : serves ? 200 : 503;
        exchange.answer(status, PrettyJson.of(out.raw('}')));
    }

    @Override
    public Dialect dialect() {
        return DjlDialect.NO_MODEL;
    }
}
